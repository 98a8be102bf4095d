// Preloaded into a program, takes syncs away from it: they say that they succeeded, and do nothing.
//
//   WITHOUT=all      every one
//   WITHOUT=syncfs   those of a whole file system
//   WITHOUT=prefix   those of a directory named `cuda`
//   WITHOUT=trees    those of a directory named `trees`
//
// Or lets somebody else sync at the worst moments:
//
//   BESIDE=30        in 30 of 100 cases behind a sync, another program syncs the whole file system
#define _GNU_SOURCE

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_taken(const char *kind) {
  const char *without = getenv("WITHOUT");
  return without && (strcmp(without, "all") == 0 || strcmp(without, kind) == 0);
}

static const char *kind_of(int descriptor) {
  static _Thread_local char path[4096];
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  path[length < 0 ? 0 : length] = 0;
  const char *name = strrchr(path, '/');
  if (name && strcmp(name, "/cuda") == 0) return "prefix";
  return name && strcmp(name, "/trees") == 0 ? "trees" : "other";
}

static int real(const char *name, int descriptor) {
  int (*call)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  return call(descriptor);
}

static int sync_as(const char *name, const char *kind, int descriptor) {
  int result = is_taken(kind) ? 0 : real(name, descriptor);
  const char *beside = getenv("BESIDE");
  if (beside && arc4random_uniform(100) < (unsigned)atoi(beside)) real("syncfs", descriptor);
  return result;
}

int fsync(int descriptor) { return sync_as("fsync", kind_of(descriptor), descriptor); }
int fdatasync(int descriptor) { return sync_as("fdatasync", kind_of(descriptor), descriptor); }
int syncfs(int descriptor) { return sync_as("syncfs", "syncfs", descriptor); }
