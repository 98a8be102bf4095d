// A sandbox for one thread. Landlock says what may be opened, seccomp what Landlock has no word for: modes, owners,
// attributes, sockets, programs, other processes.

#define _GNU_SOURCE
#include "CKernel.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
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
  rights_1 = (1 << 13) - 1,
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

static int allow_beneath(int directory) {
  int version = ckernel_landlock_version();
  if (version < 0) return -1;
  struct ruleset rules = {
      .files = version >= 5 ? rights_5 : version >= 3 ? rights_3 : version >= 2 ? rights_2 : rights_1,
      .network = version >= 4 ? 3 : 0,
      .scoped = version >= 6 ? 3 : 0,
  };
  size_t size = version >= 6 ? sizeof rules : version >= 4 ? 16 : 8;
  int set = (int)syscall(create_ruleset, &rules, size, 0);
  if (set < 0) return -1;
  struct beneath rule = {
      .rights = rules.files & (write_file | read_file | read_dir | make_dir | make_reg | make_sym | refer | truncate_file),
      .directory = directory,
  };
  int result = (int)syscall(add_rule, set, path_beneath, &rule, 0);
  if (result == 0) result = (int)syscall(restrict_self, set, 0);
  int code = errno;
  close(set);
  errno = code;
  return result;
}

// Calls that no unpacking makes. What is opened already stays as it is, so that reading, writing and all that has to
// do with memory and time is not asked about.
static const int refused[] = {
    SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4,
    SYS_sendto, SYS_sendmsg, SYS_sendmmsg, SYS_recvfrom, SYS_recvmsg, SYS_recvmmsg,
    SYS_execve, SYS_execveat, SYS_clone, SYS_clone3,
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kill, SYS_tkill,
    SYS_pidfd_send_signal, SYS_pidfd_getfd, SYS_pidfd_open,
    SYS_fchmodat, SYS_fchown, SYS_fchownat, SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr,
    SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr, SYS_truncate, SYS_mknodat,
    SYS_ioctl,
    SYS_chdir, SYS_fchdir, SYS_chroot, SYS_pivot_root, SYS_mount, SYS_umount2, SYS_open_tree,
    SYS_move_mount, SYS_fsopen, SYS_fsmount, SYS_unshare, SYS_setns,
    SYS_open_by_handle_at, SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register,
    SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_keyctl, SYS_add_key, SYS_request_key,
    SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_reboot,
    SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid,
    SYS_setgroups, SYS_setfsuid, SYS_setfsgid, SYS_capset, SYS_umask,
    SYS_swapon, SYS_swapoff, SYS_acct, SYS_quotactl, SYS_settimeofday, SYS_clock_settime,
    SYS_sethostname, SYS_setdomainname, SYS_personality, SYS_vhangup,
    452 /* fchmodat2 */, 463 /* setxattrat */, 466 /* removexattrat */,
#ifdef __x86_64__
    SYS_fork, SYS_vfork, SYS_chmod, SYS_chown, SYS_lchown, SYS_mknod, SYS_utime, SYS_utimes,
    SYS_iopl, SYS_ioperm, SYS_modify_ldt, SYS_kexec_file_load,
#endif
};

enum { refused_count = sizeof refused / sizeof *refused };

static int refuse_calls(void) {
#ifndef THIS_MACHINE
  errno = ENOSYS;
  return -1;
#else
  struct sock_filter program[refused_count + 7];
  int end = 0;
  program[end++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
  program[end++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_MACHINE, 1, 0);
  program[end++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
  program[end++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  // The bit of x32 calls, which are others by the same names; there are none elsewhere.
  program[end++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, refused_count + 1, 0);
  for (int index = 0; index < refused_count; index++) {
    program[end++] = (struct sock_filter)BPF_JUMP(
        BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)refused[index], (uint8_t)(refused_count - index), 0);
  }
  program[end++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  program[end++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
  struct sock_fprog filter = {.len = (unsigned short)end, .filter = program};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0);
#endif
}

int ckernel_confine(int directory) {
  // Of this thread as well; without it only root may restrict himself.
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  if (allow_beneath(directory) != 0) return -1;
  return refuse_calls();
}

int ckernel_try_socket(void) {
  int end = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (end < 0) return -1;
  close(end);
  return 0;
}
