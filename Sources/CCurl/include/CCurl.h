// libcurl, which is loaded when it is first needed: it brings 35 libraries along, and most runs ask no server anything.
// Its variadic functions have their types written out, since Swift imports no variadic function. Next to it is what
// must be C: a socket that no child inherits, and a thread to run libcurl on.
#pragma once

// Its macros of the functions' names would look at the arguments, and call what is not linked.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <pthread.h>

/// Whether libcurl is there to be called: NULL, or why not. To be asked before anything else here; safe from any thread.
const char *ccurl_load(void);

CURL *ccurl_easy_init(void);
void ccurl_easy_cleanup(CURL *easy);
const char *ccurl_easy_strerror(CURLcode code);
CURLHcode ccurl_easy_header(
    CURL *easy, const char *name, size_t index, unsigned int origin, int request,
    struct curl_header **header);

CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value);

/// libcurl copies the string.
CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value);

/// libcurl keeps the pointer.
CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value);

typedef size_t (*ccurl_write)(char *bytes, size_t size, size_t count, void *context);
CURLcode ccurl_set_write(CURL *easy, ccurl_write function, void *context);

/// Sockets are closed on exec from the moment they exist.
CURLcode ccurl_set_close_on_exec(CURL *easy);

CURLcode ccurl_get_long(CURL *easy, CURLINFO info, long *value);
CURLcode ccurl_get_offset(CURL *easy, CURLINFO info, curl_off_t *value);
CURLcode ccurl_get_string(CURL *easy, CURLINFO info, const char **value);

struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *text);
void ccurl_slist_free_all(struct curl_slist *list);

CURLM *ccurl_multi_init(void);
void ccurl_multi_cleanup(CURLM *multi);
CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value);
CURLMcode ccurl_multi_add_handle(CURLM *multi, CURL *easy);
CURLMcode ccurl_multi_remove_handle(CURLM *multi, CURL *easy);
CURLMcode ccurl_multi_perform(CURLM *multi, int *running);
CURLMcode ccurl_multi_poll(CURLM *multi, int milliseconds);
CURLMcode ccurl_multi_wakeup(CURLM *multi);

/// The next transfer that has ended, or NULL; `code` is how it ended.
CURL *ccurl_multi_next_done(CURLM *multi, CURLcode *code);

/// Starts a thread to which no signal is delivered: they belong to the program's own threads, and
/// OpenSSL may raise SIGPIPE in this one.
int ccurl_thread_start(pthread_t *thread, void *(*function)(void *), void *context);

/// Returns once the thread has ended; at once if the caller is that thread.
void ccurl_thread_wait(pthread_t thread);
