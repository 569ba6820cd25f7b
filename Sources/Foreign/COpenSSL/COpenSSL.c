// Macros of OpenSSL as functions, and one BIO over memory that is lent per call. See COpenSSL.h.
#define _DEFAULT_SOURCE
#include "COpenSSL.h"

#include <string.h>
#include <time.h>

#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/params.h>

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
