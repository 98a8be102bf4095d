// A certificate authority of the tests' own and the server side of TLS, for a loopback server.
//
// Keys are elliptic (P-256), since those are made in a millisecond. Nothing is written unless asked for.

#pragma once

#include <stddef.h>

/// An authority with its key. Never freed: a process has one or two.
typedef struct test_authority test_authority;
/// A server's certificate and key, ready for connections.
typedef struct test_identity test_identity;
/// A connection's TLS.
typedef struct test_tls test_tls;

/// What is wrong with a server's certificate.
enum test_flaw {
  test_flaw_none,
  test_flaw_expired,
  test_flaw_not_yet_valid,
  /// It is for elsewhere.invalid; a good one is for localhost, 127.0.0.1 and ::1.
  test_flaw_wrong_host,
};

/// `NULL` if libcrypto fails, as with all of these.
test_authority *test_authority_make(const char *name);
/// Writes its certificate as PEM: 0, or -1.
int test_authority_write(const test_authority *authority, const char *path);
/// The number in whose hexadecimal form, with .0 behind it, a directory of certificates names it.
unsigned long test_authority_hash(const test_authority *authority);

test_identity *test_identity_make(const test_authority *authority, enum test_flaw flaw);
/// Writes certificate and key as PEM: 0, or -1.
int test_identity_write(
    const test_identity *identity, const char *certificate_path, const char *key_path);
void test_identity_free(test_identity *identity);

/// The server's part of the handshake on a connected socket, which stays the caller's.
test_tls *test_tls_accept(test_identity *identity, int descriptor);
/// As recv(2) and send(2).
long test_tls_read(test_tls *tls, void *bytes, size_t count);
long test_tls_write(test_tls *tls, const void *bytes, size_t count);
/// Says that nothing follows, as an orderly end does.
void test_tls_end(test_tls *tls);
void test_tls_free(test_tls *tls);
