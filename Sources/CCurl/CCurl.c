#define _GNU_SOURCE
#include "CCurl.h"

#include <dlfcn.h>
#include <signal.h>
#include <sys/socket.h>

// The name of its interface, which has been the same since 2006.
#define LIBRARY "libcurl.so.4"

// For packagers, whose tools look here for what a program loads: https://uapi-group.org/specifications/specs/elf_dlopen_metadata/
__attribute__((used, retain, section(".note.dlopen"), aligned(4))) static const struct {
  unsigned name_size, size, type;
  char name[4];
  char text[sizeof "[{\"soname\":[\"" LIBRARY "\"],\"priority\":\"required\"}]"];
} note = {
    sizeof note.name, sizeof note.text, 0x407c0c0a, "FDO",
    "[{\"soname\":[\"" LIBRARY "\"],\"priority\":\"required\"}]"};

// Each with its type from curl.h.
#define FUNCTIONS(with) \
  with(curl_easy_cleanup) with(curl_easy_getinfo) with(curl_easy_header) with(curl_easy_init) \
  with(curl_easy_setopt) with(curl_easy_strerror) with(curl_global_init) \
  with(curl_multi_add_handle) with(curl_multi_cleanup) with(curl_multi_info_read) \
  with(curl_multi_init) with(curl_multi_perform) with(curl_multi_poll) \
  with(curl_multi_remove_handle) with(curl_multi_setopt) with(curl_multi_wakeup) \
  with(curl_slist_append) with(curl_slist_free_all)

static struct {
#define MEMBER(function) __typeof__(function) *function;
  FUNCTIONS(MEMBER)
} lib;

static const char *problem;

static void load(void) {
  // For as long as the process lives: it may have threads, and OpenSSL its handlers at exit.
  void *library = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
#define FIND(function) \
  if (library != NULL) { \
    *(void **)&lib.function = dlsym(library, #function); \
    if (lib.function == NULL) library = NULL; \
  }
  FUNCTIONS(FIND)
  if (library == NULL) {
    // dlerror(3) keeps the text for this thread alone, and only until the next call.
    static char text[512];
    const char *reason = dlerror();
    for (size_t i = 0; reason != NULL && reason[i] != 0 && i < sizeof text - 1; i++) text[i] = reason[i];
    problem = text;
    return;
  }
  if (lib.curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) problem = "libcurl does not start";
}

const char *ccurl_load(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return problem;
}

CURL *ccurl_easy_init(void) { return lib.curl_easy_init(); }
void ccurl_easy_cleanup(CURL *easy) { lib.curl_easy_cleanup(easy); }
const char *ccurl_easy_strerror(CURLcode code) { return lib.curl_easy_strerror(code); }

CURLHcode ccurl_easy_header(
    CURL *easy, const char *name, size_t index, unsigned int origin, int request,
    struct curl_header **header) {
  return lib.curl_easy_header(easy, name, index, origin, request, header);
}

CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
  return lib.curl_easy_setopt(easy, option, value);
}

CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value) {
  return lib.curl_easy_setopt(easy, option, value);
}

CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value) {
  return lib.curl_easy_setopt(easy, option, value);
}

CURLcode ccurl_set_write(CURL *easy, ccurl_write function, void *context) {
  CURLcode code = lib.curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, function);
  return code != CURLE_OK ? code : lib.curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
}

static curl_socket_t open_socket(
    void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)context;
  (void)purpose;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

CURLcode ccurl_set_close_on_exec(CURL *easy) {
  return lib.curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
}

CURLcode ccurl_get_long(CURL *easy, CURLINFO info, long *value) {
  return lib.curl_easy_getinfo(easy, info, value);
}

CURLcode ccurl_get_offset(CURL *easy, CURLINFO info, curl_off_t *value) {
  return lib.curl_easy_getinfo(easy, info, value);
}

CURLcode ccurl_get_string(CURL *easy, CURLINFO info, const char **value) {
  return lib.curl_easy_getinfo(easy, info, value);
}

struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *text) {
  return lib.curl_slist_append(list, text);
}

void ccurl_slist_free_all(struct curl_slist *list) { lib.curl_slist_free_all(list); }

CURLM *ccurl_multi_init(void) { return lib.curl_multi_init(); }
void ccurl_multi_cleanup(CURLM *multi) { lib.curl_multi_cleanup(multi); }

CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return lib.curl_multi_setopt(multi, option, value);
}

CURLMcode ccurl_multi_add_handle(CURLM *multi, CURL *easy) {
  return lib.curl_multi_add_handle(multi, easy);
}

CURLMcode ccurl_multi_remove_handle(CURLM *multi, CURL *easy) {
  return lib.curl_multi_remove_handle(multi, easy);
}

CURLMcode ccurl_multi_perform(CURLM *multi, int *running) {
  return lib.curl_multi_perform(multi, running);
}

CURLMcode ccurl_multi_poll(CURLM *multi, int milliseconds) {
  return lib.curl_multi_poll(multi, NULL, 0, milliseconds, NULL);
}

CURLMcode ccurl_multi_wakeup(CURLM *multi) { return lib.curl_multi_wakeup(multi); }

CURL *ccurl_multi_next_done(CURLM *multi, CURLcode *code) {
  int left;
  for (CURLMsg *message; (message = lib.curl_multi_info_read(multi, &left));) {
    if (message->msg != CURLMSG_DONE) continue;
    *code = message->data.result;
    return message->easy_handle;
  }
  return NULL;
}

int ccurl_thread_start(pthread_t *thread, void *(*function)(void *), void *context) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int code = pthread_create(thread, NULL, function, context);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return code;
}

void ccurl_thread_wait(pthread_t thread) {
  if (pthread_equal(thread, pthread_self()))
    pthread_detach(thread);
  else
    pthread_join(thread, NULL);
}
