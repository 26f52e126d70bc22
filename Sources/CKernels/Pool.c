#define _GNU_SOURCE
#include "CKernels.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#if defined(__x86_64__)
#define CK_PAUSE() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define CK_PAUSE() __asm__ volatile("yield")
#else
#define CK_PAUSE() ((void)0)
#endif

// How often a thread looks for news before it sleeps: some tens of microseconds.
enum { spin_count = 2000, largest_pool = 1024 };

typedef struct job {
  void (*body)(void *, ptrdiff_t);
  void *context;
  ptrdiff_t count;
} job;

// `users` orders the callers; whoever holds it alone publishes jobs and changes the number of threads.
static pthread_mutex_t users = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t sleepers = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t news = PTHREAD_COND_INITIALIZER;
static pthread_cond_t done = PTHREAD_COND_INITIALIZER;

static job current;
static bool ending;
static atomic_ptrdiff_t next_index;
// Whether a job may be joined, and how many helpers are in it: a helper that comes late is not waited for.
static atomic_uint state;
static const unsigned open_bit = 1u << 31;
static atomic_uint generation;
static atomic_uint sleeper_count;
static atomic_ptrdiff_t thread_count = 1;
static pthread_t helpers[largest_pool];
static unsigned helper_generation;
// The processor on which each thread, the caller first, took part in a job last.
static atomic_int places[largest_pool];
static _Thread_local bool inside;

static void take_part(void) {
  for (;;) {
    ptrdiff_t index = atomic_fetch_add_explicit(&next_index, 1, memory_order_relaxed);
    if (index >= current.count) return;
    current.body(current.context, index);
  }
}

// Waits until the generation is no longer `seen`, first looking, then asleep.
static unsigned wait_for_news(unsigned seen) {
  for (int i = 0; i < spin_count; i++) {
    unsigned found = atomic_load_explicit(&generation, memory_order_acquire);
    if (found != seen) return found;
    CK_PAUSE();
  }
  pthread_mutex_lock(&sleepers);
  atomic_fetch_add(&sleeper_count, 1);
  unsigned found;
  while ((found = atomic_load(&generation)) == seen) pthread_cond_wait(&news, &sleepers);
  atomic_fetch_sub(&sleeper_count, 1);
  pthread_mutex_unlock(&sleepers);
  return found;
}

static void publish(void) {
  atomic_fetch_add(&generation, 1);
  if (atomic_load(&sleeper_count) == 0) return;
  pthread_mutex_lock(&sleepers);
  pthread_cond_broadcast(&news);
  pthread_mutex_unlock(&sleepers);
}

// Systems wake a thread where its waker runs, and may leave both there while other processors idle: whoever finds another
// thread of the pool at its place moves to a processor that none of them has, and may be moved again from there.
static void take_place(ptrdiff_t number) {
  int here = sched_getcpu();
  atomic_store_explicit(&places[number], here, memory_order_relaxed);
  bool is_taken = false;
  cpu_set_t allowed, others;
  CPU_ZERO(&others);
  for (ptrdiff_t i = 0; i < thread_count; i++) {
    if (i == number) continue;
    int place = atomic_load_explicit(&places[i], memory_order_relaxed);
    is_taken = is_taken || place == here;
    if (place >= 0 && place < CPU_SETSIZE) CPU_SET(place, &others);
  }
  if (!is_taken || sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  CPU_AND(&others, &others, &allowed);
  CPU_XOR(&others, &others, &allowed);
  if (CPU_COUNT(&others) == 0 || sched_setaffinity(0, sizeof others, &others) != 0) return;
  sched_setaffinity(0, sizeof allowed, &allowed);
  atomic_store_explicit(&places[number], sched_getcpu(), memory_order_relaxed);
}

static void join_job(ptrdiff_t number) {
  unsigned seen = atomic_load(&state);
  while (seen & open_bit) {
    if (!atomic_compare_exchange_weak(&state, &seen, seen + 1)) continue;
    take_place(number);
    take_part();
    if (atomic_fetch_sub(&state, 1) == 1) {
      pthread_mutex_lock(&sleepers);
      pthread_cond_signal(&done);
      pthread_mutex_unlock(&sleepers);
    }
    return;
  }
}

static void *help(void *number) {
  inside = true;
  unsigned seen = helper_generation;
  for (;;) {
    seen = wait_for_news(seen);
    if (ending) return NULL;
    join_job((ptrdiff_t)(intptr_t)number);
  }
}

static void close_job(void) {
  if (atomic_fetch_and(&state, ~open_bit) == open_bit) return;
  for (int i = 0; i < spin_count; i++) {
    if (atomic_load_explicit(&state, memory_order_acquire) == 0) return;
    CK_PAUSE();
  }
  pthread_mutex_lock(&sleepers);
  while (atomic_load(&state) != 0) pthread_cond_wait(&done, &sleepers);
  pthread_mutex_unlock(&sleepers);
}

static void end_helpers(void) {
  ptrdiff_t count = atomic_load(&thread_count);
  ending = true;
  publish();
  for (ptrdiff_t i = 1; i < count; i++) pthread_join(helpers[i], NULL);
  ending = false;
  atomic_store(&thread_count, 1);
}

void ck_pool_start(ptrdiff_t threads) {
  if (inside) return;
  if (threads < 1) threads = 1;
  if (threads > largest_pool) threads = largest_pool;
  pthread_mutex_lock(&users);
  if (threads != atomic_load(&thread_count)) {
    end_helpers();
    helper_generation = atomic_load(&generation);
    for (ptrdiff_t i = 1; i < threads; i++) atomic_store(&places[i], -1);  // none yet
    ptrdiff_t started = 1;
    while (started < threads && pthread_create(&helpers[started], NULL, help, (void *)(intptr_t)started) == 0) started++;
    atomic_store(&thread_count, started);
  }
  pthread_mutex_unlock(&users);
}

ptrdiff_t ck_pool_threads(void) { return atomic_load_explicit(&thread_count, memory_order_relaxed); }

void ck_pool_run(ptrdiff_t count, void (*body)(void *, ptrdiff_t), void *context) {
  if (inside || count < 2 || ck_pool_threads() < 2 || pthread_mutex_trylock(&users) != 0) {
    for (ptrdiff_t i = 0; i < count; i++) body(context, i);
    return;
  }
  inside = true;
  current = (job){body, context, count};
  atomic_store_explicit(&places[0], sched_getcpu(), memory_order_relaxed);
  atomic_store_explicit(&next_index, 0, memory_order_relaxed);
  atomic_store(&state, open_bit);
  publish();
  take_part();
  close_job();
  inside = false;
  pthread_mutex_unlock(&users);
}
