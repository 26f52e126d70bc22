#include "Tables.h"

#define CK_LEVEL ck_level_baseline
#define CK_LANES 4
#define CK_TABLE ck_baseline_table
#include "Level.h"
