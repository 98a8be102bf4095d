// What Tests/sanitize links into each program: the settings of the sanitizers, and the file of their reports. In the
// programs, not in the environment, because tests give processes environments of their own.

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

// From sanitizer/common_interface_defs.h.
void __sanitizer_set_report_fd(void *descriptor);

// A report that an open file takes needs no call that the sandbox refuses; nor is the symbolizer a process of its own:
// Tests/sanitize names the functions afterwards. The status is none of the program's (README).
#define COMMON "symbolize=0:stack_trace_format='    #%n (%m+%o)':exitcode=86:print_suppressions=0:"

const char *__tsan_default_options(void) { return COMMON; }
const char *__asan_default_options(void) {
  return COMMON "detect_stack_use_after_return=1:strict_string_checks=1:leak_check_at_exit=0";
}
const char *__ubsan_default_options(void) { return COMMON "print_stacktrace=1"; }

#ifdef ADDRESS
// At the end of a process, as without leak_check_at_exit=0, but its status stays what the test expects: only the report
// knows the functions, so what Tests/Sanitize/reports.py lets pass cannot be let pass here.
int __lsan_do_recoverable_leak_check(void);
__attribute__((destructor)) static void look_for_leaks(void) { __lsan_do_recoverable_leak_check(); }
#endif

// The runner of the tests does not free what it begins with.
const char *__lsan_default_suppressions(void) { return "leak:libXCTest.so"; }

// Opened before there is a thread that is confined, a namespace, or another user. All processes add to one file, which
// those who have lost their rights may write as well.
__attribute__((constructor)) static void open_report(void) {
  int file = open(REPORT, O_WRONLY | O_APPEND | O_CLOEXEC);
  // Out of the way of standard streams that are closed, and of tests that count.
  int descriptor = fcntl(file, F_DUPFD_CLOEXEC, 1000);
  if (descriptor < 0) abort();
  close(file);
  __sanitizer_set_report_fd((void *)(intptr_t)descriptor);
}

#ifdef THREAD
// `Mutex` takes a lock that is free, and gives back one that nobody wants, in code of the program's own, which is
// instrumented. What it does else is in libswiftSynchronization, which is not: a value behind a lock that was waited for
// would seem to have none. So the linker puts these in between (--wrap).

#define SELF __attribute__((swift_context)) void *self
void __tsan_acquire(void *);
void __tsan_release(void *);

__attribute__((swiftcall)) void real_lock(uint32_t thread, SELF) __asm__("__real_" LOCK);
__attribute__((swiftcall)) void real_unlock(SELF) __asm__("__real_" UNLOCK);

__attribute__((swiftcall)) void wrapped_lock(uint32_t thread, SELF) __asm__("__wrap_" LOCK);
__attribute__((swiftcall)) void wrapped_lock(uint32_t thread, SELF) {
  real_lock(thread, self);
  __tsan_acquire(self);
}

__attribute__((swiftcall)) void wrapped_unlock(SELF) __asm__("__wrap_" UNLOCK);
__attribute__((swiftcall)) void wrapped_unlock(SELF) {
  __tsan_release(self);
  real_unlock(self);
}
#endif
