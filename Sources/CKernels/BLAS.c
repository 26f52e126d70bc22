#include "CKernels.h"

// Exported by OpenBLAS builds that choose their kernels at run time (DYNAMIC_ARCH); absent from others.
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));

bool ck_blas_can_choose_again(void) { return gotoblas_dynamic_init != NULL && gotoblas_dynamic_quit != NULL; }

void ck_blas_choose_again(void) {
  if (!ck_blas_can_choose_again()) return;
  gotoblas_dynamic_quit();
  gotoblas_dynamic_init();
}
