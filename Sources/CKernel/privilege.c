#include "CKernel.h"

#include <sys/auxv.h>

bool ckernel_is_privileged(void) { return getauxval(AT_SECURE) != 0; }
