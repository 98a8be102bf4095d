// A disk that writes down what it is told: a file system (FUSE) with two files.
//
//   disk.img   a loop device sits on it: data come as writes, and what makes the cache durable as fsync
//   mark       what is written here is put into the log, between the disk's own entries
//
// One thread serves all, so that the log has one order. An entry is `struct entry`, and then the bytes of a
// write or a mark. The flush of a loop device ends only when its entry is in the log: what stands before it
// survives a power cut behind it.
//
//   disk IMAGE LOG DIRECTORY    returns when the file system is there; unmounting ends the one that serves
#define _GNU_SOURCE
#define FUSE_USE_VERSION 31

#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <linux/falloc.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct entry {
  uint32_t kind;  // 'W'rite, 'Z'eros, 'F'lush, 'M'ark
  uint32_t length;
  uint64_t offset;
};

static int image;
static int log_file;

static int note(uint32_t kind, uint64_t offset, const char *bytes, size_t length) {
  struct entry entry = {kind, (uint32_t)length, offset};
  struct iovec parts[] = {{&entry, sizeof entry}, {(void *)bytes, bytes ? length : 0}};
  size_t whole = sizeof entry + parts[1].iov_len;
  return writev(log_file, parts, 2) == (ssize_t)whole ? 0 : -EIO;
}

static int is_disk(const char *path) { return strcmp(path, "/disk.img") == 0; }
static int is_mark(const char *path) { return strcmp(path, "/mark") == 0; }

static int answer_attributes(const char *path, struct stat *status, struct fuse_file_info *file) {
  (void)file;
  memset(status, 0, sizeof *status);
  status->st_nlink = 1;
  if (strcmp(path, "/") == 0) {
    status->st_mode = S_IFDIR | 0700;
  } else if (is_mark(path)) {
    status->st_mode = S_IFREG | 0600;
  } else if (is_disk(path)) {
    struct stat ours;
    if (fstat(image, &ours) != 0) return -errno;
    status->st_mode = S_IFREG | 0600;
    status->st_size = ours.st_size;
  } else {
    return -ENOENT;
  }
  return 0;
}

static int answer_open(const char *path, struct fuse_file_info *file) {
  if (is_mark(path)) file->direct_io = 1;
  return is_disk(path) || is_mark(path) ? 0 : -ENOENT;
}

static int answer_truncate(const char *path, off_t length, struct fuse_file_info *file) {
  (void)length, (void)file;
  return is_mark(path) ? 0 : -EPERM;
}

static int answer_read(const char *path, char *bytes, size_t length, off_t offset,
                       struct fuse_file_info *file) {
  (void)file;
  if (!is_disk(path)) return 0;
  ssize_t count = pread(image, bytes, length, offset);
  return count < 0 ? -errno : (int)count;
}

static int answer_write(const char *path, const char *bytes, size_t length, off_t offset,
                        struct fuse_file_info *file) {
  (void)file;
  int failure = note(is_disk(path) ? 'W' : 'M', (uint64_t)offset, bytes, length);
  if (failure != 0) return failure;
  if (is_disk(path) && pwrite(image, bytes, length, offset) != (ssize_t)length) return -EIO;
  return (int)length;
}

static int answer_sync(const char *path, int only_data, struct fuse_file_info *file) {
  (void)only_data, (void)file;
  return is_disk(path) ? note('F', 0, NULL, 0) : 0;
}

// Discards, and zeros that need not be sent.
static int answer_allocate(const char *path, int mode, off_t offset, off_t length,
                           struct fuse_file_info *file) {
  (void)file;
  if (!is_disk(path) || !(mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))) return -EOPNOTSUPP;
  while (length > 0) {
    off_t piece = length < 1 << 30 ? length : 1 << 30;
    int failure = note('Z', (uint64_t)offset, NULL, (size_t)piece);
    if (failure != 0) return failure;
    if (fallocate(image, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, piece) != 0) return -errno;
    offset += piece;
    length -= piece;
  }
  return 0;
}

static const struct fuse_operations operations = {
    .getattr = answer_attributes,
    .open = answer_open,
    .truncate = answer_truncate,
    .read = answer_read,
    .write = answer_write,
    .fsync = answer_sync,
    .fallocate = answer_allocate,
};

int main(int count, char **words) {
  if (count != 4) return 64;
  image = open(words[1], O_RDWR | O_CLOEXEC);
  log_file = open(words[2], O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (image < 0 || log_file < 0) {
    perror("disk");
    return 74;
  }
  char *options[] = {words[0], "-s", words[3], NULL};
  return fuse_main(3, options, &operations, NULL);
}
