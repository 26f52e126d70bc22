#include "CKernels.h"

#include <pthread.h>
#include <stdlib.h>
#include <stdio.h>
#include <sys/mman.h>

// Large pieces lie on huge pages where the system has them.
enum { huge_page = 2 << 20 };

typedef struct scratch {
  void *memory[ck_scratch_count];
  size_t bytes[ck_scratch_count];
} scratch;

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void release(void *pointer) {
  scratch *own = pointer;
  for (int i = 0; i < ck_scratch_count; i++) free(own->memory[i]);
  free(own);
}

static void make_key(void) {
  if (pthread_key_create(&key, release) != 0) abort();
}

static void out_of_memory(size_t bytes) {
  fprintf(stderr, "cloze: no memory for %zu bytes of scratch\n", bytes);
  exit(75);
}

void *ck_scratch(int32_t piece, ptrdiff_t bytes) {
  pthread_once(&once, make_key);
  scratch *own = pthread_getspecific(key);
  if (own == NULL) {
    own = calloc(1, sizeof *own);
    if (own == NULL || pthread_setspecific(key, own) != 0) out_of_memory(sizeof *own);
  }
  size_t wanted = ((size_t)(bytes < 64 ? 64 : bytes) + 4095) & ~(size_t)4095;
  if (own->bytes[piece] < wanted) {
    free(own->memory[piece]);
    if (wanted >= huge_page) wanted = (wanted + huge_page - 1) & ~(size_t)(huge_page - 1);
    own->memory[piece] = aligned_alloc(wanted >= huge_page ? huge_page : 64, wanted);
    if (own->memory[piece] != NULL && wanted >= huge_page) madvise(own->memory[piece], wanted, MADV_HUGEPAGE);
    if (own->memory[piece] == NULL) out_of_memory(wanted);
    own->bytes[piece] = wanted;
  }
  return own->memory[piece];
}
