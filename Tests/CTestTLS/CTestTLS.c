#include "CTestTLS.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

struct test_authority {
  EVP_PKEY *key;
  X509 *certificate;
};

struct test_identity {
  EVP_PKEY *key;
  X509 *certificate;
  SSL_CTX *context;
};

struct test_tls {
  SSL *ssl;
};

enum { day = 24 * 60 * 60 };

static int add_extension(X509 *certificate, X509 *issuer, int nid, const char *value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
  int ok = extension != NULL && X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  return ok;
}

/// A certificate for `key`, not signed, valid between two moments in seconds from now.
static X509 *make_certificate(EVP_PKEY *key, const char *name, long from, long to) {
  X509 *certificate = X509_new();
  if (certificate == NULL) return NULL;
  X509_NAME *subject = X509_get_subject_name(certificate);
  unsigned char serial[8];
  FILE *random = fopen("/dev/urandom", "re");
  int ok = random != NULL && fread(serial, sizeof serial, 1, random) == 1;
  if (random != NULL) fclose(random);
  serial[0] &= 0x7f;
  BIGNUM *number = BN_bin2bn(serial, sizeof serial, NULL);
  ok = ok && number != NULL && X509_set_version(certificate, 2)
      && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL
      && X509_gmtime_adj(X509_getm_notBefore(certificate), from) != NULL
      && X509_gmtime_adj(X509_getm_notAfter(certificate), to) != NULL
      && X509_set_pubkey(certificate, key)
      && X509_NAME_add_entry_by_txt(
          subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
  BN_free(number);
  if (ok) return certificate;
  X509_free(certificate);
  return NULL;
}

test_authority *test_authority_make(const char *name) {
  test_authority *authority = calloc(1, sizeof *authority);
  if (authority == NULL) return NULL;
  authority->key = EVP_EC_gen("P-256");
  if (authority->key == NULL) return NULL;
  X509 *own = make_certificate(authority->key, name, -day, 365 * day);
  if (own == NULL || !X509_set_issuer_name(own, X509_get_subject_name(own))
      || !add_extension(own, own, NID_basic_constraints, "critical,CA:TRUE")
      || !add_extension(own, own, NID_key_usage, "critical,keyCertSign,cRLSign")
      || !add_extension(own, own, NID_subject_key_identifier, "hash")
      || !X509_sign(own, authority->key, EVP_sha256()))
    return NULL;
  authority->certificate = own;
  return authority;
}

int test_authority_write(const test_authority *authority, const char *path) {
  FILE *file = fopen(path, "we");
  if (file == NULL) return -1;
  int ok = PEM_write_X509(file, authority->certificate);
  return fclose(file) == 0 && ok ? 0 : -1;
}

unsigned long test_authority_hash(const test_authority *authority) {
  return X509_subject_name_hash(authority->certificate);
}

/// As a server that speaks both would choose, this one only speaks HTTP/1.1.
static int choose_protocol(
    SSL *ssl, const unsigned char **chosen, unsigned char *chosen_count,
    const unsigned char *offered, unsigned int offered_count, void *context) {
  (void)ssl, (void)context;
  static const unsigned char own[] = "\x08http/1.1";
  int code = SSL_select_next_proto(
      (unsigned char **)chosen, chosen_count, own, sizeof own - 1, offered, offered_count);
  return code == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

test_identity *test_identity_make(const test_authority *authority, enum test_flaw flaw) {
  test_identity *identity = calloc(1, sizeof *identity);
  if (identity == NULL) return NULL;
  identity->key = EVP_EC_gen("P-256");
  int isExpired = flaw == test_flaw_expired, isEarly = flaw == test_flaw_not_yet_valid;
  X509 *own = identity->key == NULL
      ? NULL
      : make_certificate(
          identity->key, flaw == test_flaw_wrong_host ? "elsewhere.invalid" : "localhost",
          isExpired ? -30 * day : isEarly ? 30 * day : -day, isExpired ? -10 * day : 60 * day);
  identity->certificate = own;
  const char *names = flaw == test_flaw_wrong_host ? "DNS:elsewhere.invalid"
                                                   : "DNS:localhost,IP:127.0.0.1,IP:::1";
  X509 *issuer = authority->certificate;
  if (own == NULL || !X509_set_issuer_name(own, X509_get_subject_name(issuer))
      || !add_extension(own, issuer, NID_basic_constraints, "critical,CA:FALSE")
      || !add_extension(own, issuer, NID_ext_key_usage, "serverAuth")
      || !add_extension(own, issuer, NID_subject_alt_name, names)
      || !X509_sign(own, authority->key, EVP_sha256()))
    return NULL;
  identity->context = SSL_CTX_new(TLS_server_method());
  if (identity->context == NULL || !SSL_CTX_use_certificate(identity->context, own)
      || !SSL_CTX_use_PrivateKey(identity->context, identity->key))
    return NULL;
  SSL_CTX_set_alpn_select_cb(identity->context, choose_protocol, NULL);
  return identity;
}

int test_identity_write(
    const test_identity *identity, const char *certificate_path, const char *key_path) {
  FILE *certificate = fopen(certificate_path, "we");
  FILE *key = fopen(key_path, "we");
  int ok = certificate != NULL && key != NULL && PEM_write_X509(certificate, identity->certificate)
      && PEM_write_PrivateKey(key, identity->key, NULL, NULL, 0, NULL, NULL);
  if (certificate != NULL && fclose(certificate) != 0) ok = 0;
  if (key != NULL && fclose(key) != 0) ok = 0;
  return ok ? 0 : -1;
}

void test_identity_free(test_identity *identity) {
  SSL_CTX_free(identity->context);
  X509_free(identity->certificate);
  EVP_PKEY_free(identity->key);
  free(identity);
}

test_tls *test_tls_accept(test_identity *identity, int descriptor) {
  SSL *ssl = SSL_new(identity->context);
  test_tls *tls = calloc(1, sizeof *tls);
  if (ssl != NULL && tls != NULL && SSL_set_fd(ssl, descriptor) && SSL_accept(ssl) == 1) {
    tls->ssl = ssl;
    return tls;
  }
  SSL_free(ssl);
  free(tls);
  return NULL;
}

long test_tls_read(test_tls *tls, void *bytes, size_t count) {
  size_t read = 0;
  return SSL_read_ex(tls->ssl, bytes, count, &read) ? (long)read : -1;
}

long test_tls_write(test_tls *tls, const void *bytes, size_t count) {
  size_t written = 0;
  return SSL_write_ex(tls->ssl, bytes, count, &written) ? (long)written : -1;
}

void test_tls_end(test_tls *tls) { SSL_shutdown(tls->ssl); }

void test_tls_free(test_tls *tls) {
  SSL_free(tls->ssl);
  free(tls);
}
