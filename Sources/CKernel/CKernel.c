#define _GNU_SOURCE
#include "CKernel.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

int ckernel_openat(int directory, const char *path, int flags, mode_t mode) {
  return openat(directory, path, flags, mode);
}

int ckernel_syncfs(int descriptor) { return syncfs(descriptor); }

int ckernel_rename_new(int directory, const char *source, const char *target) {
  return renameat2(directory, source, directory, target, RENAME_NOREPLACE);
}

static uint64_t bytes(uint64_t blocks, uint64_t size) {
  uint64_t product;
  return __builtin_mul_overflow(blocks, size, &product) ? INT64_MAX : product;
}

int ckernel_space(int descriptor, struct ckernel_space *space) {
  struct statfs answer;
  if (fstatfs(descriptor, &answer) != 0) return -1;
  space->type = (uint32_t)answer.f_type;
  space->free_for_root = bytes(answer.f_bfree, (uint64_t)answer.f_bsize);
  space->free_for_others = bytes(answer.f_bavail, (uint64_t)answer.f_bsize);
  return 0;
}

int ckernel_columns(int descriptor) {
  struct winsize size;
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void ckernel_fill_standard_descriptors(void) {
  int descriptor;
  do {
    descriptor = open("/dev/null", O_RDWR);
  } while (descriptor >= 0 && descriptor <= 2);
  if (descriptor > 2) close(descriptor);
}

static volatile sig_atomic_t noted = 0;

static void note(int signal) {
  if (noted == 0) noted = signal;
}

void ckernel_watch_signals(void) {
  const int watched[] = {SIGINT, SIGTERM, SIGHUP};
  for (unsigned i = 0; i < sizeof watched / sizeof *watched; i++) {
    struct sigaction now;
    if (sigaction(watched[i], NULL, &now) != 0 || now.sa_handler == SIG_IGN) continue;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = note;
    action.sa_flags = (int)SA_RESETHAND;
    sigaction(watched[i], &action, NULL);
  }
  signal(SIGPIPE, SIG_IGN);
}

int ckernel_noted_signal(void) { return noted; }

void ckernel_die_of(int number) {
  signal(number, SIG_DFL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
  raise(number);
}


extern char **environ;
char **ckernel_environment(void) { return environ; }
