// A sandbox for one thread. Landlock says what may be opened, seccomp what Landlock has no word for: modes, owners,
// attributes, sockets, programs, other processes.

#define _GNU_SOURCE
#include "CKernel.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define THIS_MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_MACHINE AUDIT_ARCH_AARCH64
#endif

// From linux/landlock.h, of which a distribution's copy may be older than the kernel.
// https://docs.kernel.org/userspace-api/landlock.html
enum {
  create_ruleset = 444,
  add_rule = 445,
  restrict_self = 446,
  version_flag = 1,
  path_beneath = 1,
};

enum {
  write_file = 1 << 1,
  read_file = 1 << 2,
  read_dir = 1 << 3,
  make_dir = 1 << 7,
  make_reg = 1 << 8,
  make_sym = 1 << 12,
  refer = 1 << 13,
  truncate_file = 1 << 14,
  // Each right of its version and of those before it.
  rights_2 = (1 << 14) - 1,
  rights_3 = (1 << 15) - 1,
  rights_5 = (1 << 16) - 1,
};

struct ruleset {
  uint64_t files;
  uint64_t network;  // Version 4: TCP.
  uint64_t scoped;   // Version 6: abstract sockets, signals.
};

struct beneath {
  uint64_t rights;
  int32_t directory;
} __attribute__((packed));

int ckernel_landlock_version(void) {
  return (int)syscall(create_ruleset, NULL, 0, version_flag);
}

int ckernel_confine(int directory) {
  // Of this thread as well; without it only root may restrict himself.
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  int version = ckernel_landlock_version();
  if (version < 0) return -1;
  struct ruleset rules = {
      .files = version >= 5 ? rights_5 : version >= 3 ? rights_3 : rights_2,
      .network = version >= 4 ? 3 : 0,
      .scoped = version >= 6 ? 3 : 0,
  };
  size_t size = version >= 6 ? sizeof rules : version >= 4 ? 16 : 8;
  int set = (int)syscall(create_ruleset, &rules, size, 0);
  if (set < 0) return -1;
  const uint64_t wanted =
      write_file | read_file | read_dir | make_dir | make_reg | make_sym | refer | truncate_file;
  struct beneath rule = {
      .rights = rules.files & wanted,
      .directory = directory,
  };
  int result = directory < 0 ? 0 : (int)syscall(add_rule, set, path_beneath, &rule, 0);
  if (result == 0) result = (int)syscall(restrict_self, set, 0);
  int code = errno;
  close(set);
  errno = code;
  return result;
}

// Calls that no unpacking makes. What is opened already stays as it is, so that reading, writing and all that has to
// do with memory and time is not asked about. Numbers are of calls that are younger than this machine's headers.
static const int refused[] = {
    SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4,
    SYS_sendto, SYS_sendmsg, SYS_sendmmsg, SYS_recvfrom, SYS_recvmsg, SYS_recvmmsg,
    SYS_execve, SYS_execveat,
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kill, SYS_tkill,
    SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo,
    SYS_pidfd_send_signal, SYS_pidfd_getfd, SYS_pidfd_open,
    SYS_prlimit64, SYS_setrlimit, SYS_setpriority, SYS_ioprio_set, SYS_sched_setaffinity,
    SYS_sched_setattr, SYS_sched_setparam, SYS_sched_setscheduler,
    SYS_shmget, SYS_shmat, SYS_shmctl, SYS_msgget, SYS_msgsnd, SYS_msgrcv, SYS_msgctl,
    SYS_semget, SYS_semop, SYS_semtimedop, SYS_semctl, SYS_mq_open, SYS_mq_unlink,
    SYS_fchmodat, SYS_fchown, SYS_fchownat, SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr,
    SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr, SYS_truncate, SYS_mknodat, SYS_ioctl,
    SYS_chdir, SYS_fchdir, SYS_chroot, SYS_pivot_root, SYS_mount, SYS_umount2, SYS_open_tree,
    SYS_move_mount, SYS_fsopen, SYS_fsmount, SYS_mount_setattr, SYS_unshare, SYS_setns,
    SYS_open_by_handle_at, SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register,
    SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_keyctl, SYS_add_key, SYS_request_key,
    SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_reboot,
    SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid,
    SYS_setgroups, SYS_setfsuid, SYS_setfsgid, SYS_capset, SYS_umask,
    SYS_swapon, SYS_swapoff, SYS_acct, SYS_quotactl, SYS_settimeofday, SYS_clock_settime,
    SYS_clock_adjtime, SYS_adjtimex,
    SYS_sethostname, SYS_setdomainname, SYS_personality, SYS_vhangup,
    // fchmodat2, setxattrat, removexattrat, open_tree_attr, file_setattr
    452, 463, 466, 467, 469,
#ifdef __x86_64__
    SYS_fork, SYS_vfork, SYS_chmod, SYS_chown, SYS_lchown, SYS_mknod, SYS_utime, SYS_utimes,
    SYS_iopl, SYS_ioperm, SYS_modify_ldt, SYS_kexec_file_load,
#endif
};

// The flags of clone(2) that make namespaces.
static const uint32_t any_namespace = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
                                      CLONE_NEWPID | CLONE_NEWNET;

enum { refused_count = sizeof refused / sizeof *refused };

#ifdef THIS_MACHINE

struct filter {
  struct sock_filter code[refused_count + 40];
  unsigned short length;
};

static void add(struct filter *filter, uint16_t code, uint32_t value, uint8_t yes, uint8_t no) {
  filter->code[filter->length++] =
      (struct sock_filter){.code = code, .jt = yes, .jf = no, .k = value};
}

static void load(struct filter *filter, size_t offset) {
  add(filter, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void load_number(struct filter *filter) {
  load(filter, offsetof(struct seccomp_data, nr));
}

// Goes on behind the next `yes` or `no` instructions.
static void branch(struct filter *filter, uint16_t how, uint32_t value, uint8_t yes, uint8_t no) {
  add(filter, BPF_JMP | how | BPF_K, value, yes, no);
}

static void answer(struct filter *filter, uint32_t value) {
  add(filter, BPF_RET | BPF_K, value, 0, 0);
}

static void refuse(struct filter *filter) { answer(filter, SECCOMP_RET_ERRNO | EPERM); }

// An argument that is a number is in its lower half, which comes first on both machines.
static void load_argument(struct filter *filter, int index) {
  load(filter, offsetof(struct seccomp_data, args) + sizeof(uint64_t) * (size_t)index);
}

// A new mode has no set-id and no sticky bit.
static void refuse_special_modes(struct filter *filter, uint32_t call, int argument) {
  branch(filter, BPF_JEQ, call, 0, 3);
  load_argument(filter, argument);
  branch(filter, BPF_JSET, 07000, 0, 1);
  refuse(filter);
  load_number(filter);
}

// A thread has the limits of the one that starts it, and liblzma has several; a process could outlive this one. What
// clone3(2) is asked cannot be seen from here: the C library takes clone(2) where it is not there.
static void refuse_processes(struct filter *filter) {
  branch(filter, BPF_JEQ, SYS_clone3, 0, 1);
  answer(filter, SECCOMP_RET_ERRNO | ENOSYS);
  branch(filter, BPF_JEQ, SYS_clone, 0, 5);
  load_argument(filter, 0);
  branch(filter, BPF_JSET, any_namespace, 1, 0);
  branch(filter, BPF_JSET, CLONE_THREAD, 1, 0);
  refuse(filter);
  load_number(filter);
}

int ckernel_refuse_calls(void) {
  struct filter filter = {.length = 0};
  load(&filter, offsetof(struct seccomp_data, arch));
  branch(&filter, BPF_JEQ, THIS_MACHINE, 1, 0);
  refuse(&filter);
  load_number(&filter);
  // The bit of x32 calls, which are others by the same names; there are none elsewhere.
  branch(&filter, BPF_JGE, 0x40000000, 0, 1);
  refuse(&filter);
  // A signal is for this process, as raise(3) sends it.
  branch(&filter, BPF_JEQ, SYS_tgkill, 0, 3);
  load_argument(&filter, 0);
  branch(&filter, BPF_JEQ, (uint32_t)getpid(), 1, 0);
  refuse(&filter);
  load_number(&filter);
  refuse_special_modes(&filter, SYS_fchmod, 1);
  refuse_special_modes(&filter, SYS_mkdirat, 2);
  refuse_special_modes(&filter, SYS_openat, 3);
  refuse_processes(&filter);
  for (int index = 0; index < refused_count; index++) {
    branch(&filter, BPF_JEQ, (uint32_t)refused[index], (uint8_t)(refused_count - index), 0);
  }
  answer(&filter, SECCOMP_RET_ALLOW);
  refuse(&filter);
  struct sock_fprog program = {.len = filter.length, .filter = filter.code};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

#else

int ckernel_refuse_calls(void) {
  errno = ENOSYS;
  return -1;
}

#endif

int ckernel_try_socket(void) {
  int end = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (end < 0) return -1;
  close(end);
  return 0;
}
