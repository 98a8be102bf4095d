// Calls of the kernel and the C library that Swift cannot import: variadic functions, functions behind
// _GNU_SOURCE, and the one thing that must be C: a signal handler.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/// openat(2) with a mode.
int ckernel_openat(int directory, const char *path, int flags, mode_t mode);

/// openat(2) of a directory to go through, with O_PATH and O_NOFOLLOW: no right to read it is needed.
int ckernel_step(int directory, const char *name);

/// getauxval(3) of AT_SECURE: whether this program has rights that who called it has not.
bool ckernel_is_privileged(void);

/// sched_getaffinity(2): on how many cores the calling thread may run; 1 if that is not to be found out.
int ckernel_core_count(void);

/// syncfs(2): everything that the descriptor's file system holds in memory is on disk.
int ckernel_syncfs(int descriptor);

/// fallocate(2) with FALLOC_FL_KEEP_SIZE: room for the first `count` bytes.
int ckernel_reserve(int descriptor, off_t count);

/// fgetxattr(2) and fsetxattr(2).
ssize_t ckernel_get_attribute(int descriptor, const char *name, void *bytes, size_t count);
int ckernel_set_attribute(int descriptor, const char *name, const void *bytes, size_t count);

/// renameat2(2) with RENAME_NOREPLACE: EEXIST if `target` exists.
int ckernel_rename_new(int directory, const char *source, const char *target);

/// statfs(2), which Glibc's module leaves out: the type's magic number, whether it is mounted read-only, and the free
/// bytes of root and of others.
struct ckernel_space {
  uint32_t type;
  bool is_read_only;
  uint64_t free_for_root;
  uint64_t free_for_others;
};
int ckernel_space(int descriptor, struct ckernel_space *space);

/// The version of Landlock that this kernel has; -1 and an errno if it has none: ENOSYS, or EOPNOTSUPP if it is turned
/// off.
int ckernel_landlock_version(void);

/// From now on the calling thread can open and make nothing but files, directories and links beneath `directory`
/// (EACCES), or nothing at all if `directory` is -1. What is open stays open.
int ckernel_confine(int directory);

/// From now on the calling thread has no sockets, programs, other processes, modes of names, set-id bits, owners and
/// attributes (EPERM). Behind ckernel_confine.
int ckernel_refuse_calls(void);

/// socket(2), closed at once: 0, or -1 and an errno.
int ckernel_try_socket(void);

/// The terminal's width and height, or 0 if it says none.
int ckernel_columns(int descriptor);
int ckernel_rows(int descriptor);

/// Whether whoever sits at the terminal has this process in the foreground, as far as that can be told.
bool ckernel_is_in_foreground(int descriptor);

/// Opens /dev/null until descriptors 0, 1 and 2 are all open, so that no file of ours becomes one of them.
void ckernel_fill_standard_descriptors(void);

/// Notes the first SIGINT, SIGTERM or SIGHUP instead of dying of it, except where the caller has them ignored.
/// The next one kills as usual. Before there are other threads.
void ckernel_watch_signals(void);

/// What the standard error gets as soon as such a signal is noted, or SIGTSTP stops this process; NULL for nothing.
/// It stays the caller's, and is never freed.
void ckernel_set_last_words(const char *words);

/// How often SIGTSTP has stopped this process.
int ckernel_stops(void);

/// Undoes what ckernel_watch_signals did to this thread's mask, which exec(3) would pass on; dies of a signal that
/// has been noted.
void ckernel_unwatch_signals(void);

/// Whether this process may die at once: a signal noted ends it within a second as long as it does, even in the
/// middle of a call that no signal interrupts.
void ckernel_hold_nothing(bool holds);

/// The first signal noted, or 0.
int ckernel_noted_signal(void);

/// Dies of `signal` with its default action.
void ckernel_die_of(int signal);

/// pipe2(2) with O_CLOEXEC.
int ckernel_pipe(int ends[2]);

/// The arguments of this process, as the loader handed them over; 0 where it does not. Swift's own list of them is read
/// from /proc, and empty where that is not mounted.
int ckernel_argument_count(void);
char **ckernel_arguments(void);

/// The environment of this process.
char **ckernel_environment(void);

/// Starts a second process that tries for the exclusive flock(2) on an existing file, and lives until it is killed, or
/// this process ends. Its number, or -1; `answers` is where it says 0 or its errno.
int ckernel_second_locker(int directory, const char *name, int *answers);

/// Starts a second process that reads a symbolic link again and again, and says 0 at its start and its errno each time
/// that the link is not there.
int ckernel_second_reader(int directory, const char *name, int *answers);

/// Whether a second process has said something; waits until it has, or has ended.
int ckernel_read_answer(int answers, int *answer);

/// SIGKILL, and the process is gone.
void ckernel_kill(int process);
