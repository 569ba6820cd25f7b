// Macros of OpenSSL as functions, and one BIO over memory that is lent per call. See COpenSSL.h.
#define _DEFAULT_SOURCE
// The digests of `skerry_hmac` are used without their look-up, which costs more than the digest.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "COpenSSL.h"

#include <string.h>
#include <time.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/sha.h>

static int wire_read(BIO *bio, char *bytes, size_t capacity, size_t *count) {
  skerry_wire *wire = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  if (wire->input_count == 0) {
    BIO_set_retry_read(bio);
    return 0;
  }
  size_t length = wire->input_count < capacity ? wire->input_count : capacity;
  memcpy(bytes, wire->input, length);
  wire->input += length;
  wire->input_count -= length;
  *count = length;
  return 1;
}

static int wire_write(BIO *bio, const char *bytes, size_t length, size_t *count) {
  skerry_wire *wire = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  if (wire->output == NULL) {
    BIO_set_retry_write(bio);
    return 0;
  }
  wire->append(wire->output, (const uint8_t *)bytes, length);
  *count = length;
  return 1;
}

static long wire_control(BIO *bio, int command, long number, void *pointer) {
  (void)bio, (void)number, (void)pointer;
  return command == BIO_CTRL_FLUSH;
}

static int wire_create(BIO *bio) {
  BIO_set_init(bio, 1);
  return 1;
}

BIO_METHOD *skerry_wire_method(void) {
  BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire");
  if (method == NULL || !BIO_meth_set_read_ex(method, wire_read) ||
      !BIO_meth_set_write_ex(method, wire_write) || !BIO_meth_set_ctrl(method, wire_control) ||
      !BIO_meth_set_create(method, wire_create)) {
    BIO_meth_free(method);
    return NULL;
  }
  return method;
}

int skerry_wire_attach(SSL *ssl, const BIO_METHOD *method, skerry_wire *wire) {
  BIO *bio = BIO_new(method);
  if (bio == NULL) return 0;
  BIO_set_data(bio, wire);
  SSL_set_bio(ssl, bio, bio);
  return 1;
}

skerry_wire *skerry_wire_of(const SSL *ssl) { return BIO_get_data(SSL_get_rbio(ssl)); }

static __thread skerry_wire *current_wire;

void skerry_wire_enter(skerry_wire *wire) { current_wire = wire; }

skerry_wire *skerry_wire_current(void) { return current_wire; }

static int (*kdf_derive)(const skerry_kdf_request *request);

// A derivation gets all its parameters at once, so that its context holds nothing.
static void *kdf_new_context(void *provider) { return provider; }

static void kdf_free_context(void *context) { (void)context; }

static int kdf_take(
    const OSSL_PARAM *parameters, const char *name, const uint8_t **bytes, size_t *count) {
  const OSSL_PARAM *found = OSSL_PARAM_locate_const(parameters, name);
  *bytes = NULL;
  *count = 0;
  return found == NULL || OSSL_PARAM_get_octet_string_ptr(found, (const void **)bytes, count);
}

static int kdf_run(
    void *context, unsigned char *output, size_t count, const OSSL_PARAM parameters[]) {
  (void)context;
  const OSSL_PARAM *mode = OSSL_PARAM_locate_const(parameters, OSSL_KDF_PARAM_MODE);
  const OSSL_PARAM *digest = OSSL_PARAM_locate_const(parameters, OSSL_KDF_PARAM_DIGEST);
  skerry_kdf_request request = {.output = output, .output_count = count};
  const char *name = NULL;
  int number;
  if (!OSSL_PARAM_get_int(mode, &number) || !OSSL_PARAM_get_utf8_string_ptr(digest, &name) ||
      !kdf_take(parameters, OSSL_KDF_PARAM_KEY, &request.key, &request.key_count) ||
      !kdf_take(parameters, OSSL_KDF_PARAM_SALT, &request.salt, &request.salt_count) ||
      !kdf_take(parameters, OSSL_KDF_PARAM_LABEL, &request.label, &request.label_count) ||
      !kdf_take(parameters, OSSL_KDF_PARAM_DATA, &request.data, &request.data_count))
    return 0;
  request.extracts = number == EVP_KDF_HKDF_MODE_EXTRACT_ONLY;
  request.is_384 = OPENSSL_strcasecmp(name, "SHA2-384") == 0 ||
                   OPENSSL_strcasecmp(name, "SHA384") == 0;
  if (!request.is_384 && OPENSSL_strcasecmp(name, "SHA2-256") != 0 &&
      OPENSSL_strcasecmp(name, "SHA256") != 0)
    return 0;
  return kdf_derive(&request);
}

static const OSSL_DISPATCH kdf_functions[] = {
    {OSSL_FUNC_KDF_NEWCTX, (void (*)(void))kdf_new_context},
    {OSSL_FUNC_KDF_FREECTX, (void (*)(void))kdf_free_context},
    {OSSL_FUNC_KDF_DERIVE, (void (*)(void))kdf_run},
    {0, NULL}};

static const OSSL_ALGORITHM kdf_algorithms[] = {
    {OSSL_KDF_NAME_TLS1_3_KDF, "provider=skerry", kdf_functions, NULL}, {NULL, NULL, NULL, NULL}};

static const OSSL_ALGORITHM *provider_query(void *context, int operation, int *no_cache) {
  (void)context;
  *no_cache = 0;
  return operation == OSSL_OP_KDF ? kdf_algorithms : NULL;
}

static const OSSL_DISPATCH provider_functions[] = {
    {OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))provider_query}, {0, NULL}};

static int provider_init(
    const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out,
    void **context) {
  (void)in;
  *out = provider_functions;
  *context = (void *)handle;
  return 1;
}

int skerry_kdf_install(int (*derive)(const skerry_kdf_request *request)) {
  kdf_derive = derive;
  return OSSL_PROVIDER_load(NULL, "default") != NULL &&
         OSSL_PROVIDER_add_builtin(NULL, "skerry", provider_init) &&
         OSSL_PROVIDER_load(NULL, "skerry") != NULL;
}

SSL_CTX *skerry_ctx_new(const SSL_METHOD *method) {
  return SSL_CTX_new_ex(NULL, "?provider=skerry", method);
}

int skerry_ctx_set_min_version(SSL_CTX *context, int version) {
  return (int)SSL_CTX_set_min_proto_version(context, version);
}

int skerry_ssl_set_min_version(SSL *ssl, int version) {
  return (int)SSL_set_min_proto_version(ssl, version);
}

int skerry_ctx_set_groups(SSL_CTX *context, const char *list) {
  return (int)SSL_CTX_set1_groups_list(context, list);
}

int skerry_ctx_set_signature_algorithms(SSL_CTX *context, const char *list) {
  return (int)SSL_CTX_set1_sigalgs_list(context, list);
}

void skerry_ctx_set_mode(SSL_CTX *context, long mode) { SSL_CTX_set_mode(context, mode); }

void skerry_ctx_set_cache_mode(SSL_CTX *context, long mode) {
  SSL_CTX_set_session_cache_mode(context, mode);
}

void skerry_ctx_set_name_callback(SSL_CTX *context, int (*callback)(SSL *, int *, void *)) {
  SSL_CTX_set_tlsext_servername_callback(context, callback);
}

int skerry_ssl_set_server_name(SSL *ssl, const char *name) {
  return (int)SSL_set_tlsext_host_name(ssl, name);
}

int skerry_ssl_set_trust(SSL *ssl, X509_STORE *store) {
  return (int)SSL_set1_verify_cert_store(ssl, store);
}

void skerry_ctx_set_ticket_callback(
    SSL_CTX *context,
    int (*callback)(SSL *, unsigned char *, unsigned char *, EVP_CIPHER_CTX *, EVP_MAC_CTX *, int)) {
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, callback);
}

uint64_t skerry_option_no_compression(void) { return SSL_OP_NO_COMPRESSION; }

uint64_t skerry_option_no_renegotiation(void) { return SSL_OP_NO_RENEGOTIATION; }

uint64_t skerry_option_server_preference(void) { return SSL_OP_CIPHER_SERVER_PREFERENCE; }

uint64_t skerry_option_prioritize_chacha(void) { return SSL_OP_PRIORITIZE_CHACHA; }

uint64_t skerry_option_no_anti_replay(void) { return SSL_OP_NO_ANTI_REPLAY; }

int skerry_x509_stack_push(STACK_OF(X509) *stack, X509 *certificate) {
  return sk_X509_push(stack, certificate);
}

STACK_OF(X509) *skerry_stack_new(void) { return sk_X509_new_null(); }

void skerry_stack_free(STACK_OF(X509) *stack) { sk_X509_free(stack); }

int skerry_names_count(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }

const GENERAL_NAME *skerry_names_get(const GENERAL_NAMES *names, int index) {
  return sk_GENERAL_NAME_value(names, index);
}

void skerry_names_free(GENERAL_NAMES *names) { GENERAL_NAMES_free(names); }

int skerry_name_bytes(const GENERAL_NAME *name, const uint8_t **bytes, int *count) {
  if (name->type != GEN_DNS && name->type != GEN_IPADD) return -1;
  const ASN1_STRING *string = name->type == GEN_DNS ? name->d.dNSName : name->d.iPAddress;
  *bytes = ASN1_STRING_get0_data(string);
  *count = ASN1_STRING_length(string);
  return name->type;
}

int64_t skerry_time_seconds(const ASN1_TIME *time) {
  struct tm parts;
  return ASN1_TIME_to_tm(time, &parts) ? (int64_t)timegm(&parts) : 0;
}

long skerry_bio_bytes(BIO *bio, const uint8_t **bytes) {
  char *start = NULL;
  long count = BIO_get_mem_data(bio, &start);
  *bytes = (const uint8_t *)start;
  return count;
}

int skerry_error_library(unsigned long error) { return ERR_GET_LIB(error); }

int skerry_error_reason(unsigned long error) { return ERR_GET_REASON(error); }

int skerry_add_extension(X509 *certificate, X509 *issuer, int kind, const char *value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
  if (extension == NULL) return 0;
  int result = X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  return result;
}

EVP_PKEY *skerry_read_key(BIO *bio, const char *kind) {
  char *name = NULL, *header = NULL;
  unsigned char *der = NULL;
  long count = 0;
  if (!PEM_read_bio(bio, &name, &header, &der, &count)) return NULL;
  EVP_PKEY *key = NULL;
  OSSL_DECODER_CTX *decoder = strcmp(name, PEM_STRING_PKCS8INF) != 0 ? NULL
      : OSSL_DECODER_CTX_new_for_pkey(
          &key, "DER", "PrivateKeyInfo", kind, OSSL_KEYMGMT_SELECT_ALL, NULL, NULL);
  if (decoder != NULL) {
    const unsigned char *position = der;
    size_t rest = (size_t)count;
    OSSL_DECODER_from_data(decoder, &position, &rest);
  }
  OSSL_DECODER_CTX_free(decoder);
  OPENSSL_free(name);
  OPENSSL_free(header);
  OPENSSL_clear_free(der, (size_t)count);
  return key;
}

EVP_PKEY *skerry_generate_ec(const char *curve) { return EVP_EC_gen(curve); }

EVP_PKEY *skerry_generate_rsa(size_t bits) { return EVP_RSA_gen((unsigned int)bits); }

int skerry_ticket_seal(
    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, const EVP_CIPHER *algorithm, const uint8_t *key,
    const uint8_t *iv, const uint8_t *mac_key, int encrypt) {
  OSSL_PARAM parameters[3];
  parameters[0] = OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)mac_key, 32);
  parameters[1] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, "SHA256", 0);
  parameters[2] = OSSL_PARAM_construct_end();
  return EVP_CipherInit_ex(cipher, algorithm, NULL, key, iv, encrypt) &&
         EVP_MAC_CTX_set_params(mac, parameters);
}

int skerry_record_seal(
    EVP_CIPHER_CTX *cipher, const uint8_t *nonce, const uint8_t *content, size_t count,
    uint8_t type, uint8_t *record) {
  uint8_t *payload = record + 5;
  int length;
  return EVP_CipherInit_ex(cipher, NULL, NULL, NULL, nonce, 1) &&
         EVP_EncryptUpdate(cipher, NULL, &length, record, 5) &&
         (count == 0 || EVP_EncryptUpdate(cipher, payload, &length, content, (int)count)) &&
         EVP_EncryptUpdate(cipher, payload + count, &length, &type, 1) &&
         EVP_EncryptFinal_ex(cipher, payload + count + 1, &length) &&
         EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, 16, payload + count + 1);
}

int skerry_record_open(
    EVP_CIPHER_CTX *cipher, const uint8_t *nonce, const uint8_t *record, size_t count,
    uint8_t *content) {
  const uint8_t *payload = record + 5;
  int length;
  return EVP_CipherInit_ex(cipher, NULL, NULL, NULL, nonce, 0) &&
         EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, 16, (void *)(payload + count - 16)) &&
         EVP_DecryptUpdate(cipher, NULL, &length, record, 5) &&
         EVP_DecryptUpdate(cipher, content, &length, payload, (int)count - 16) &&
         EVP_DecryptFinal_ex(cipher, content + length, &length);
}

static void hmac_256(
    const uint8_t *block, const uint8_t *bytes, size_t count, const uint8_t *outer, uint8_t *code) {
  SHA256_CTX digest;
  SHA256_Init(&digest);
  SHA256_Update(&digest, block, SHA256_CBLOCK);
  SHA256_Update(&digest, bytes, count);
  SHA256_Final(code, &digest);
  SHA256_Init(&digest);
  SHA256_Update(&digest, outer, SHA256_CBLOCK);
  SHA256_Update(&digest, code, SHA256_DIGEST_LENGTH);
  SHA256_Final(code, &digest);
  OPENSSL_cleanse(&digest, sizeof digest);
}

static void hmac_384(
    const uint8_t *block, const uint8_t *bytes, size_t count, const uint8_t *outer, uint8_t *code) {
  SHA512_CTX digest;
  SHA384_Init(&digest);
  SHA384_Update(&digest, block, SHA512_CBLOCK);
  SHA384_Update(&digest, bytes, count);
  SHA384_Final(code, &digest);
  SHA384_Init(&digest);
  SHA384_Update(&digest, outer, SHA512_CBLOCK);
  SHA384_Update(&digest, code, SHA384_DIGEST_LENGTH);
  SHA384_Final(code, &digest);
  OPENSSL_cleanse(&digest, sizeof digest);
}

void skerry_hmac(
    int is_384, const uint8_t *key, size_t key_count, const uint8_t *bytes, size_t count,
    uint8_t *code) {
  // RFC 2104: the key, filled up to a block of the digest, under either mask.
  uint8_t inner[SHA512_CBLOCK], outer[SHA512_CBLOCK];
  memset(inner, 0x36, sizeof inner);
  memset(outer, 0x5c, sizeof outer);
  for (size_t index = 0; index < key_count; index++) {
    inner[index] ^= key[index];
    outer[index] ^= key[index];
  }
  (is_384 ? hmac_384 : hmac_256)(inner, bytes, count, outer, code);
  OPENSSL_cleanse(inner, sizeof inner);
  OPENSSL_cleanse(outer, sizeof outer);
}
