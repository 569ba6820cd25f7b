// ECDSA with P-256 and SHA-256, and Ed25519, for DNS zones.
// The digest is used without its look-up, which costs more than the digest.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "COpenSSL.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/param_build.h>
#include <openssl/sha.h>

enum { number_bytes = 32, digest_bytes = 32 };

EVP_PKEY *skerry_signing_key(const uint8_t *secret, const uint8_t *point) {
  uint8_t encoded[1 + 2 * number_bytes] = {POINT_CONVERSION_UNCOMPRESSED};
  memcpy(encoded + 1, point, 2 * number_bytes);
  EVP_PKEY *key = NULL;
  BIGNUM *number = BN_secure_new();
  OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
  OSSL_PARAM *parameters = NULL;
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
  if (number && builder && context && BN_bin2bn(secret, number_bytes, number) &&
      OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) &&
      OSSL_PARAM_BLD_push_octet_string(
          builder, OSSL_PKEY_PARAM_PUB_KEY, encoded, sizeof encoded) &&
      OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, number) &&
      (parameters = OSSL_PARAM_BLD_to_param(builder)) != NULL &&
      EVP_PKEY_fromdata_init(context) == 1) {
    // A failure leaves the key NULL.
    EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters);
  }
  EVP_PKEY_CTX_free(context);
  OSSL_PARAM_free(parameters);
  OSSL_PARAM_BLD_free(builder);
  BN_clear_free(number);
  return key;
}

int skerry_signing_numbers(const EVP_PKEY *key, uint8_t *secret, uint8_t *point) {
  uint8_t encoded[1 + 2 * number_bytes];
  size_t count = 0;
  BIGNUM *number = NULL;
  int result =
      EVP_PKEY_get_octet_string_param(
          key, OSSL_PKEY_PARAM_PUB_KEY, encoded, sizeof encoded, &count) == 1 &&
      count == sizeof encoded && encoded[0] == POINT_CONVERSION_UNCOMPRESSED &&
      EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1 &&
      BN_bn2binpad(number, secret, number_bytes) == number_bytes;
  if (result) memcpy(point, encoded + 1, 2 * number_bytes);
  BN_clear_free(number);
  return result;
}

EVP_PKEY_CTX *skerry_signer_new(EVP_PKEY *key) {
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
  if (context == NULL || EVP_PKEY_sign_init(context) == 1) return context;
  EVP_PKEY_CTX_free(context);
  return NULL;
}

int skerry_sha256(const uint8_t *bytes, size_t count, uint8_t *digest) {
  SHA256_CTX context;
  return SHA256_Init(&context) && SHA256_Update(&context, bytes, count) &&
         SHA256_Final(digest, &context);
}

int skerry_sign(EVP_PKEY_CTX *signer, const uint8_t *bytes, size_t count, uint8_t *signature) {
  uint8_t digest[digest_bytes], encoded[80];
  size_t length = sizeof encoded;
  if (!skerry_sha256(bytes, count, digest) ||
      EVP_PKEY_sign(signer, encoded, &length, digest, sizeof digest) != 1)
    return 0;
  const uint8_t *position = encoded;
  ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &position, (long)length);
  int result = pair != NULL &&
               BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature, number_bytes) == number_bytes &&
               BN_bn2binpad(ECDSA_SIG_get0_s(pair), signature + number_bytes, number_bytes) ==
                   number_bytes;
  ECDSA_SIG_free(pair);
  return result;
}

EVP_PKEY *skerry_ed25519_generate(void) { return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"); }

EVP_PKEY *skerry_ed25519_key(const uint8_t *secret, const uint8_t *point) {
  uint8_t made[number_bytes];
  size_t count = sizeof made;
  EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, number_bytes);
  if (key != NULL && EVP_PKEY_get_raw_public_key(key, made, &count) == 1 &&
      count == sizeof made && memcmp(made, point, sizeof made) == 0)
    return key;
  EVP_PKEY_free(key);
  return NULL;
}

int skerry_ed25519_numbers(const EVP_PKEY *key, uint8_t *secret, uint8_t *point) {
  size_t secret_count = number_bytes, point_count = number_bytes;
  return EVP_PKEY_get_raw_private_key(key, secret, &secret_count) == 1 &&
         EVP_PKEY_get_raw_public_key(key, point, &point_count) == 1 &&
         secret_count == number_bytes && point_count == number_bytes;
}

int skerry_ed25519_sign(
    EVP_MD_CTX *context, EVP_PKEY *key, const uint8_t *bytes, size_t count, uint8_t *signature) {
  size_t length = 2 * number_bytes;
  // Begun anew each time: later versions refuse a context that has signed.
  return EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
         EVP_DigestSign(context, signature, &length, bytes, count) == 1 &&
         length == 2 * number_bytes;
}
