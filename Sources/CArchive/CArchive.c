#define _GNU_SOURCE
#include "CArchive.h"

#include <dlfcn.h>
#include <pthread.h>

// The name of its interface, which has been the same since 2012.
#define LIBRARY "libarchive.so.13"

// For packagers, whose tools look here for what a program loads: https://uapi-group.org/specifications/specs/elf_dlopen_metadata/
__attribute__((used, retain, section(".note.dlopen"), aligned(4))) static const struct {
  unsigned name_size, size, type;
  char name[4];
  char text[sizeof "[{\"soname\":[\"" LIBRARY "\"],\"priority\":\"required\"}]"];
} note = {
    sizeof note.name, sizeof note.text, 0x407c0c0a, "FDO",
    "[{\"soname\":[\"" LIBRARY "\"],\"priority\":\"required\"}]"};

// Each with its type from archive.h and archive_entry.h.
#define FUNCTIONS(with) \
  with(archive_read_new) with(archive_read_free) with(archive_read_support_format_tar) \
  with(archive_read_open2) with(archive_read_next_header) \
  with(archive_read_data_block) with(archive_error_string) with(archive_entry_pathname) \
  with(archive_entry_hardlink) with(archive_entry_symlink) with(archive_entry_filetype) \
  with(archive_entry_perm) with(archive_entry_size_is_set) with(archive_entry_size) \
  with(archive_entry_mtime) with(archive_entry_sparse_reset) with(archive_entry_sparse_next)

static struct {
#define MEMBER(function) __typeof__(function) *function;
  FUNCTIONS(MEMBER)
} lib;

static const char *problem;

static void load(void) {
  void *library = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
#define FIND(function) \
  if (library != NULL) { \
    *(void **)&lib.function = dlsym(library, #function); \
    if (lib.function == NULL) library = NULL; \
  }
  FUNCTIONS(FIND)
  if (library != NULL) return;
  // dlerror(3) keeps the text for this thread alone, and only until the next call.
  static char text[512];
  const char *reason = dlerror();
  for (size_t i = 0; reason != NULL && reason[i] != 0 && i < sizeof text - 1; i++) text[i] = reason[i];
  problem = text;
}

const char *carchive_load(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return problem;
}

struct archive *carchive_read_new(void) { return lib.archive_read_new(); }
int carchive_read_free(struct archive *archive) { return lib.archive_read_free(archive); }

int carchive_read_support_format_tar(struct archive *archive) {
  return lib.archive_read_support_format_tar(archive);
}

int carchive_read_open2(
    struct archive *archive, void *client, archive_open_callback *open, archive_read_callback *read,
    archive_skip_callback *skip, archive_close_callback *close) {
  return lib.archive_read_open2(archive, client, open, read, skip, close);
}

int carchive_read_next_header(struct archive *archive, struct archive_entry **entry) {
  return lib.archive_read_next_header(archive, entry);
}

int carchive_read_data_block(
    struct archive *archive, const void **bytes, size_t *count, la_int64_t *offset) {
  return lib.archive_read_data_block(archive, bytes, count, offset);
}

const char *carchive_error_string(struct archive *archive) {
  return lib.archive_error_string(archive);
}

const char *carchive_entry_pathname(struct archive_entry *entry) {
  return lib.archive_entry_pathname(entry);
}

const char *carchive_entry_hardlink(struct archive_entry *entry) {
  return lib.archive_entry_hardlink(entry);
}

const char *carchive_entry_symlink(struct archive_entry *entry) {
  return lib.archive_entry_symlink(entry);
}

__LA_MODE_T carchive_entry_filetype(struct archive_entry *entry) {
  return lib.archive_entry_filetype(entry);
}

__LA_MODE_T carchive_entry_perm(struct archive_entry *entry) {
  return lib.archive_entry_perm(entry);
}

int carchive_entry_size_is_set(struct archive_entry *entry) {
  return lib.archive_entry_size_is_set(entry);
}

la_int64_t carchive_entry_size(struct archive_entry *entry) { return lib.archive_entry_size(entry); }

time_t carchive_entry_mtime(struct archive_entry *entry) { return lib.archive_entry_mtime(entry); }

int carchive_entry_sparse_reset(struct archive_entry *entry) {
  return lib.archive_entry_sparse_reset(entry);
}

int carchive_entry_sparse_next(
    struct archive_entry *entry, la_int64_t *offset, la_int64_t *count) {
  return lib.archive_entry_sparse_next(entry, offset, count);
}
