// What is called of libarchive, which is loaded when it is first needed: it brings 10 libraries along, and most runs unpack
// nothing. Each function is that of archive(3) whose name it has.
#pragma once

#include <archive.h>
#include <archive_entry.h>

/// Whether libarchive is there to be called: NULL, or why not. To be asked before anything else here, and before a thread
/// may open no file any more; safe from any thread.
const char *carchive_load(void);

struct archive *carchive_read_new(void);
int carchive_read_free(struct archive *archive);
int carchive_read_support_format_tar(struct archive *archive);
int carchive_read_open2(
    struct archive *archive, void *client, archive_open_callback *open, archive_read_callback *read,
    archive_skip_callback *skip, archive_close_callback *close);
int carchive_read_next_header(struct archive *archive, struct archive_entry **entry);
int carchive_read_data_block(
    struct archive *archive, const void **bytes, size_t *count, la_int64_t *offset);
const char *carchive_error_string(struct archive *archive);

const char *carchive_entry_pathname(struct archive_entry *entry);
const char *carchive_entry_hardlink(struct archive_entry *entry);
const char *carchive_entry_symlink(struct archive_entry *entry);
__LA_MODE_T carchive_entry_filetype(struct archive_entry *entry);
__LA_MODE_T carchive_entry_perm(struct archive_entry *entry);
int carchive_entry_size_is_set(struct archive_entry *entry);
la_int64_t carchive_entry_size(struct archive_entry *entry);
time_t carchive_entry_mtime(struct archive_entry *entry);
int carchive_entry_sparse_reset(struct archive_entry *entry);
int carchive_entry_sparse_next(struct archive_entry *entry, la_int64_t *offset, la_int64_t *count);
