#pragma once
// SHA256_Init(3) and the two with it, which have been deprecated since 3.0 in favour of EVP: that reads a file of settings
// and loads a provider first, which takes a millisecond of each run. The code behind both is the same.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/sha.h>
