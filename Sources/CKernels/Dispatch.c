#include "Tables.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>

// Tiles need three consents: the processor's, the system's for its registers, and the kernel's for this process.
static bool has_amx(void) {
  unsigned a, b, c, d, low, high;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & 1u << 22) || !(d & 1u << 24)) return false;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & 1u << 27)) return false;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  enum { tile_state = 3u << 17, request_permission = 0x1023, tile_data = 18 };
  return (low & tile_state) == tile_state && syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

static ck_level detect(void) {
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("x86-64-v3")) return ck_level_baseline;
  if (!__builtin_cpu_supports("x86-64-v4")) return ck_level_avx2;
  if (!__builtin_cpu_supports("avx512bf16")) return ck_level_avx512;
  return has_amx() ? ck_level_amx : ck_level_avx512bf16;
}

// The levels above AVX-512: its row kernels and a matrix unit.
static ck_table bf16_table, amx_table, emulated_table;
#else
static ck_level detect(void) { return ck_level_baseline; }
#endif

static ck_level detected;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void prepare(void) {
  detected = detect();
#if defined(__x86_64__)
  bf16_table = amx_table = emulated_table = ck_avx512_table;
  bf16_table.level = ck_level_avx512bf16;
  bf16_table.matrix = &ck_avx512bf16_matrix;
  amx_table.level = emulated_table.level = ck_level_amx;
  amx_table.matrix = &ck_amx_matrix;
  emulated_table.matrix = &ck_emulated_matrix;
#endif
}

ck_level ck_detected_level(void) {
  pthread_once(&once, prepare);
  return detected;
}

const ck_table *ck_table_at(ck_level level) {
  if (level > ck_detected_level()) return NULL;
  switch (level) {
#if defined(__x86_64__)
    case ck_level_amx: return &amx_table;
    case ck_level_avx512bf16: return &bf16_table;
    case ck_level_avx512: return &ck_avx512_table;
    case ck_level_avx2: return &ck_avx2_table;
#endif
    default: return &ck_baseline_table;
  }
}

static const ck_table *_Atomic active;

const ck_table *ck_active(void) {
  const ck_table *table = atomic_load_explicit(&active, memory_order_acquire);
  if (table != NULL) return table;
  ck_force(ck_detected_level());
  return atomic_load_explicit(&active, memory_order_acquire);
}

bool ck_force(ck_level level) {
  const ck_table *table = ck_table_at(level);
  if (table == NULL) return false;
  atomic_store_explicit(&active, table, memory_order_release);
  return true;
}

bool ck_emulate_tiles(void) {
#if defined(__x86_64__)
  if (ck_detected_level() < ck_level_avx512bf16) return false;
  atomic_store_explicit(&active, &emulated_table, memory_order_release);
  return true;
#else
  return false;
#endif
}
