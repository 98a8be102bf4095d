#define _GNU_SOURCE
#include "CKernel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

int ckernel_openat(int directory, const char *path, int flags, mode_t mode) {
  return openat(directory, path, flags, mode);
}

int ckernel_step(int directory, const char *name) {
  return openat(directory, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int ckernel_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int ckernel_core_count(void) {
  // The kernel refuses a set with room for fewer cores than it can have.
  for (size_t most = 1024; most <= 1 << 20; most *= 4) {
    cpu_set_t *set = CPU_ALLOC(most);
    if (set == NULL) break;
    int count = sched_getaffinity(0, CPU_ALLOC_SIZE(most), set) == 0 ? CPU_COUNT_S(CPU_ALLOC_SIZE(most), set) : 0;
    CPU_FREE(set);
    if (count > 0) return count;
  }
  return 1;
}

int ckernel_syncfs(int descriptor) { return syncfs(descriptor); }

int ckernel_reserve(int descriptor, off_t count) {
  return fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, count);
}

ssize_t ckernel_get_attribute(int descriptor, const char *name, void *bytes, size_t count) {
  return fgetxattr(descriptor, name, bytes, count);
}

int ckernel_set_attribute(int descriptor, const char *name, const void *bytes, size_t count) {
  return fsetxattr(descriptor, name, bytes, count, 0);
}

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
  space->is_read_only = (answer.f_flags & ST_RDONLY) != 0;
  space->free_for_root = bytes(answer.f_bfree, (uint64_t)answer.f_bsize);
  space->free_for_others = bytes(answer.f_bavail, (uint64_t)answer.f_bsize);
  return 0;
}

int ckernel_columns(int descriptor) {
  struct winsize size;
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

int ckernel_rows(int descriptor) {
  struct winsize size;
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

bool ckernel_is_in_foreground(int descriptor) {
  pid_t group = tcgetpgrp(descriptor);
  return group == -1 || group == getpgrp();
}

void ckernel_fill_standard_descriptors(void) {
  int descriptor;
  do {
    descriptor = open("/dev/null", O_RDWR);
  } while (descriptor >= 0 && descriptor <= 2);
  if (descriptor > 2) close(descriptor);
}

static _Atomic int noted = 0;
static _Atomic int holds_nothing = 0;
static _Atomic int stops = 0;
static const char *_Atomic last_words = NULL;
// Those that end this process, and the same with that of Ctrl-Z.
static sigset_t watched;
static sigset_t awaited;
static sigset_t mask_before;

static void say_last_words(void) {
  const char *words = last_words;
  struct pollfd terminal = {.fd = STDERR_FILENO, .events = POLLOUT};
  // A terminal that is held with Ctrl-S must not keep the next signal from killing.
  if (words == NULL || poll(&terminal, 1, 0) != 1) return;
  if (write(STDERR_FILENO, words, strlen(words)) < 0) return;
}

// The whole process, as its default action does; returns once it goes on.
static void stop(void) {
  sigset_t stopping;
  sigemptyset(&stopping);
  sigaddset(&stopping, SIGTSTP);
  say_last_words();
  // Before: whoever asks first thing when the process goes on must find it.
  stops++;
  raise(SIGTSTP);
  pthread_sigmask(SIG_UNBLOCK, &stopping, NULL);
  pthread_sigmask(SIG_BLOCK, &stopping, NULL);
}

// A thread of its own takes the signals: the others may be in a call that no signal ends, as a lock of NFS is
// for as long as its server is silent.
static void *take_signals(void *unused) {
  (void)unused;
  int signal;
  for (;;) {
    if (sigwait(&awaited, &signal) != 0) return NULL;
    if (sigismember(&watched, signal)) break;
    stop();
  }
  noted = signal;
  say_last_words();
  const struct timespec moment = {.tv_nsec = 150 * 1000 * 1000};
  // Those that come with the first count as the same one: timeout(1) and a terminal that closes send two.
  nanosleep(&moment, NULL);
  const struct timespec none = {0};
  for (int kinds = 0; kinds < 3; kinds++) sigtimedwait(&watched, NULL, &none);
  // The next one kills, whatever the rest of the process does.
  pthread_sigmask(SIG_UNBLOCK, &awaited, NULL);
  for (int moments = 1;; moments++) {
    nanosleep(&moment, NULL);
    // On a busy machine it takes a while until the others have said what there is to say.
    if (holds_nothing && moments >= 4) ckernel_die_of(noted);
  }
}

void ckernel_watch_signals(void) {
  const int wanted[] = {SIGINT, SIGTERM, SIGHUP};
  sigemptyset(&watched);
  for (unsigned i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    struct sigaction now;
    if (sigaction(wanted[i], NULL, &now) != 0 || now.sa_handler == SIG_IGN) continue;
    sigaddset(&watched, wanted[i]);
  }
  awaited = watched;
  struct sigaction stopping;
  if (sigaction(SIGTSTP, NULL, &stopping) == 0 && stopping.sa_handler != SIG_IGN) {
    sigaddset(&awaited, SIGTSTP);
  }
  signal(SIGPIPE, SIG_IGN);
  // A limit on the size of files is an error of the write that meets it.
  signal(SIGXFSZ, SIG_IGN);
  pthread_t thread;
  pthread_sigmask(SIG_BLOCK, &awaited, &mask_before);
  if (pthread_create(&thread, NULL, take_signals, NULL) == 0) {
    pthread_detach(thread);
  } else {
    // Without it a signal kills at once, which is as safe as any crash.
    pthread_sigmask(SIG_SETMASK, &mask_before, NULL);
  }
}

void ckernel_unwatch_signals(void) {
  pthread_sigmask(SIG_SETMASK, &mask_before, NULL);
  if (noted != 0) ckernel_die_of(noted);
}

void ckernel_hold_nothing(bool holds) { holds_nothing = holds; }

int ckernel_noted_signal(void) { return noted; }

void ckernel_set_last_words(const char *words) { last_words = words; }

int ckernel_stops(void) { return stops; }

void ckernel_die_of(int number) {
  signal(number, SIG_DFL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
  raise(number);
}


static int argument_count = 0;
static char **arguments = NULL;

#ifdef __GLIBC__
// Another C library calls constructors without them.
__attribute__((constructor)) static void keep_arguments(int count, char **values) {
  argument_count = count;
  arguments = values;
}
#endif

int ckernel_argument_count(void) { return argument_count; }
char **ckernel_arguments(void) { return arguments; }

extern char **environ;
char **ckernel_environment(void) { return environ; }

// What a second process does: only calls that are safe between fork and exec, in a process with threads.

static void tell(int pipe, int answer) {
  if (write(pipe, &answer, sizeof answer) != sizeof answer) _exit(1);
}

static void lock(int directory, const char *name, int pipe) {
  int file = openat(directory, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
  tell(pipe, file >= 0 && flock(file, LOCK_EX | LOCK_NB) == 0 ? 0 : errno);
  for (;;) pause();
}

static void watch_link(int directory, const char *name, int pipe) {
  char target[4096];
  tell(pipe, 0);
  for (;;) {
    if (readlinkat(directory, name, target, sizeof target) < 0) tell(pipe, errno);
  }
}

static int second_process(int directory, const char *name, int *answers,
                          void (*work)(int, const char *, int)) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  int parent = getpid();
  int process = fork();
  if (process == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // The parent may have died before the kernel knew what to do then.
    if (getppid() != parent) _exit(1);
    work(directory, name, ends[1]);
  }
  close(ends[1]);
  if (process < 0) close(ends[0]);
  else *answers = ends[0];
  return process;
}

int ckernel_second_locker(int directory, const char *name, int *answers) {
  return second_process(directory, name, answers, lock);
}

int ckernel_second_reader(int directory, const char *name, int *answers) {
  return second_process(directory, name, answers, watch_link);
}

int ckernel_read_answer(int answers, int *answer) {
  ssize_t count;
  do {
    count = read(answers, answer, sizeof *answer);
  } while (count == -1 && errno == EINTR);
  return count == sizeof *answer;
}

void ckernel_kill(int process) {
  kill(process, SIGKILL);
  while (waitpid(process, NULL, 0) == -1 && errno == EINTR) {
  }
}
