#include "Tables.h"

#include <stdatomic.h>

ck_level ck_detected_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return ck_level_avx512;
  if (__builtin_cpu_supports("x86-64-v3")) return ck_level_avx2;
#endif
  return ck_level_baseline;
}

const ck_table *ck_table_at(ck_level level) {
  if (level > ck_detected_level()) return NULL;
  switch (level) {
#if defined(__x86_64__)
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
