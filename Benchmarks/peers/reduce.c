// Milliseconds and GB/s of MPI_Allreduce, one line a size; 12 bytes an element count.
//
//   mpicc -O2 -o /tmp/reduce Benchmarks/peers/reduce.c && mpirun -n 2 /tmp/reduce
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  const int megabytes[] = {4, 45, 440};
  for (int size = 0; size < 3; size++) {
    int count = megabytes[size] << 18;
    float *numbers = malloc(sizeof(float) * count);
    for (int i = 0; i < count; i++) numbers[i] = 1e-3f * (i % 1000);
    double times[16];
    for (int round = 0; round < 16; round++) {
      MPI_Barrier(MPI_COMM_WORLD);
      double start = MPI_Wtime();
      MPI_Allreduce(MPI_IN_PLACE, numbers, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
      MPI_Barrier(MPI_COMM_WORLD);
      times[round] = MPI_Wtime() - start;
    }
    qsort(times + 1, 15, sizeof *times, ascending);
    if (rank == 0) printf("%3d MB  %8.2f ms  %5.1f GB/s\n", megabytes[size], times[8] * 1e3, 12.0 * count / times[8] / 1e9);
    free(numbers);
  }
  MPI_Finalize();
  return 0;
}
