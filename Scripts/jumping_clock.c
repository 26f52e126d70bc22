// Preloaded into a program, lets its wall clock jump: the seconds in the file JUMP_FILE are added to what the kernel says. Clocks
// that nobody sets, such as CLOCK_MONOTONIC, stay what they are.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

static long offset(void) {
  static const char *text;
  if (text == NULL) {
    const char *path = getenv("JUMP_FILE");
    int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    void *map = file < 0 ? MAP_FAILED : mmap(NULL, 32, PROT_READ, MAP_SHARED, file, 0);
    text = map == MAP_FAILED ? "0" : map;
  }
  return atol(text);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  static int (*kernels)(clockid_t, struct timespec *);
  if (kernels == NULL) kernels = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  int result = kernels(clock, now);
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) now->tv_sec += offset();
  return result;
}

int gettimeofday(struct timeval *now, void *zone) {
  (void)zone;
  struct timespec precise;
  int result = clock_gettime(CLOCK_REALTIME, &precise);
  *now = (struct timeval){.tv_sec = precise.tv_sec, .tv_usec = precise.tv_nsec / 1000};
  return result;
}

time_t time(time_t *now) {
  struct timespec precise;
  clock_gettime(CLOCK_REALTIME, &precise);
  if (now != NULL) *now = precise.tv_sec;
  return precise.tv_sec;
}
