// Thin shims over OpenSSL 3.0: its macros as functions, and a BIO whose two ends are lent memory.
#ifndef SKERRY_COPENSSL_H
#define SKERRY_COPENSSL_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// What a session's BIO reads from and writes to during one call.
typedef struct skerry_wire {
  const uint8_t *input;  // ciphertext not consumed yet
  size_t input_count;
  void *output;  // opaque to C; NULL while nothing is lent
  void (*append)(void *output, const uint8_t *bytes, size_t count);
  void *owner;  // the session, for the callbacks
  // Told of the traffic secrets of TLS 1.3 for after the handshake; NULL for nobody.
  void (*derived)(void *owner, int is_server, const uint8_t *secret, size_t count);
} skerry_wire;

// The wire of the session for which the library works on this thread; NULL for none.
void skerry_wire_enter(skerry_wire *wire);
skerry_wire *skerry_wire_current(void);

// What the library's key schedule asks for: its parameters of TLS13-KDF.
typedef struct skerry_kdf_request {
  int extracts;  // HKDF-Extract, else HKDF-Expand-Label
  int is_384;  // SHA-384, else SHA-256
  const uint8_t *key, *salt, *label, *data;  // NULL if not given
  size_t key_count, salt_count, label_count, data_count;
  uint8_t *output;
  size_t output_count;
} skerry_kdf_request;

// Loads the library's default provider, and one of ours that implements nothing but TLS13-KDF, by
// `derive` (1 or 0, on any thread). It is used where a property query prefers "provider=skerry".
int skerry_kdf_install(int (*derive)(const skerry_kdf_request *request));
// A context whose sessions use that provider.
SSL_CTX *skerry_ctx_new(const SSL_METHOD *method);

// The method of wire BIOs; made once, never freed. NULL when out of memory.
BIO_METHOD *skerry_wire_method(void);
// Gives `ssl` a BIO of `method` over `wire` for both directions; 1 or 0.
int skerry_wire_attach(SSL *ssl, const BIO_METHOD *method, skerry_wire *wire);
skerry_wire *skerry_wire_of(const SSL *ssl);

// Macros of OpenSSL.
int skerry_ctx_set_min_version(SSL_CTX *context, int version);
int skerry_ssl_set_min_version(SSL *ssl, int version);
int skerry_ctx_set_groups(SSL_CTX *context, const char *list);
int skerry_ctx_set_signature_algorithms(SSL_CTX *context, const char *list);
void skerry_ctx_set_mode(SSL_CTX *context, long mode);
void skerry_ctx_set_cache_mode(SSL_CTX *context, long mode);
void skerry_ctx_set_name_callback(SSL_CTX *context, int (*callback)(SSL *, int *, void *));
int skerry_ssl_set_server_name(SSL *ssl, const char *name);
int skerry_ssl_set_trust(SSL *ssl, X509_STORE *store);
void skerry_ctx_set_ticket_callback(
    SSL_CTX *context,
    int (*callback)(SSL *, unsigned char *, unsigned char *, EVP_CIPHER_CTX *, EVP_MAC_CTX *, int));
uint64_t skerry_option_no_compression(void);
uint64_t skerry_option_no_renegotiation(void);
uint64_t skerry_option_server_preference(void);
uint64_t skerry_option_prioritize_chacha(void);
uint64_t skerry_option_no_anti_replay(void);
int skerry_x509_stack_push(STACK_OF(X509) *stack, X509 *certificate);
STACK_OF(X509) *skerry_stack_new(void);
void skerry_stack_free(STACK_OF(X509) *stack);
int skerry_names_count(const GENERAL_NAMES *names);
const GENERAL_NAME *skerry_names_get(const GENERAL_NAMES *names, int index);
void skerry_names_free(GENERAL_NAMES *names);
// The bytes of a DNS name (type 2) or an address (type 7); the type, or -1.
int skerry_name_bytes(const GENERAL_NAME *name, const uint8_t **bytes, int *count);
// Seconds since 1970-01-01T00:00:00Z; 0 if unreadable.
int64_t skerry_time_seconds(const ASN1_TIME *time);
long skerry_bio_bytes(BIO *bio, const uint8_t **bytes);
int skerry_error_library(unsigned long error);
int skerry_error_reason(unsigned long error);
// Adds the extension that `value` describes in the words of openssl's configuration files; 1 or 0.
int skerry_add_extension(X509 *certificate, X509 *issuer, int kind, const char *value);
// The key of `kind` ("EC", "RSA") in the PKCS #8 PEM that `bio` has next, or NULL.
EVP_PKEY *skerry_read_key(BIO *bio, const char *kind);
EVP_PKEY *skerry_generate_ec(const char *curve);
EVP_PKEY *skerry_generate_rsa(size_t bits);

// Keys the two contexts that OpenSSL hands to a ticket callback: AES-256-CBC and HMAC-SHA-256.
int skerry_ticket_seal(
    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, const EVP_CIPHER *algorithm, const uint8_t *key,
    const uint8_t *iv, const uint8_t *mac_key, int encrypt);

// Writes a record's payload and tag behind the 5 bytes of header at `record`: `count` bytes of
// `content` and the byte `type`, encrypted by a context that has its key. 1 or 0.
int skerry_record_seal(
    EVP_CIPHER_CTX *cipher, const uint8_t *nonce, const uint8_t *content, size_t count,
    uint8_t type, uint8_t *record);
// Decrypts the payload of `count` bytes (tag included) behind the header at `record` into
// `content`, which has room for count - 16. 1, or 0 if the tag is wrong.
int skerry_record_open(
    EVP_CIPHER_CTX *cipher, const uint8_t *nonce, const uint8_t *record, size_t count,
    uint8_t *content);

// HMAC over SHA-256 (32 bytes) or, if `is_384`, SHA-384 (48 bytes); the key is no longer than that.
void skerry_hmac(
    int is_384, const uint8_t *key, size_t key_count, const uint8_t *bytes, size_t count,
    uint8_t *code);

// ECDSA with P-256 and SHA-256. The key of a private number (32 bytes) and a public point (its two
// numbers, 64 bytes), or NULL; and back, 1 or 0.
EVP_PKEY *skerry_signing_key(const uint8_t *secret, const uint8_t *point);
int skerry_signing_numbers(const EVP_PKEY *key, uint8_t *secret, uint8_t *point);
// A context that signs digests with `key`, for one thread; NULL if that fails.
EVP_PKEY_CTX *skerry_signer_new(EVP_PKEY *key);
// Writes r and s of the signature of SHA-256 over `count` bytes, 64 bytes; 1 or 0.
int skerry_sign(EVP_PKEY_CTX *signer, const uint8_t *bytes, size_t count, uint8_t *signature);

// Ed25519 (RFC 8032). A new key, the key of these 32 bytes each, or NULL; and back, 1 or 0.
EVP_PKEY *skerry_ed25519_generate(void);
EVP_PKEY *skerry_ed25519_key(const uint8_t *secret, const uint8_t *point);
int skerry_ed25519_numbers(const EVP_PKEY *key, uint8_t *secret, uint8_t *point);
// Writes the signature of `count` bytes, 64 bytes; 1 or 0. `context` is for one thread.
int skerry_ed25519_sign(
    EVP_MD_CTX *context, EVP_PKEY *key, const uint8_t *bytes, size_t count, uint8_t *signature);
// 32 bytes; 1 or 0.
int skerry_sha256(const uint8_t *bytes, size_t count, uint8_t *digest);

#endif
