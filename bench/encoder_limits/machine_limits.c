// machine_limits THREADS SECONDS [FILE.jpg SCALE]: what this machine can do at most, as one JSON object. Multiply-add rates from loops that
// touch registers only (fp32 FMA, bf16 pairs, int8 quads, AMX tiles), the memory's copy rate, libjpeg-turbo's bare decode of FILE
// at SCALE/8. Compiled by bench/encoder with -march=native where it runs; not shipped.
#define _GNU_SOURCE
#include <immintrin.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>  // before jpeglib.h, which needs it
#include <jpeglib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define CHAINS 16  // enough independent sums to hide the latency of a multiply-add
#define INNER 20000

static double Now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// Each kernel runs INNER x CHAINS instructions; the asm keeps the compiler from dropping or merging them.
#if defined(__AVX512F__)
#define REGISTERS __m512i s[CHAINS]; for (int i = 0; i < CHAINS; ++i) s[i] = _mm512_setzero_si512(); __m512i a = _mm512_setzero_si512()
#define LOOP(instruction)                                                                           \
  for (int r = 0; r < INNER; ++r) {                                                                 \
    _Pragma("GCC unroll 16") for (int i = 0; i < CHAINS; ++i) __asm__ volatile(instruction " %1, %1, %0" : "+v"(s[i]) : "v"(a)); \
  }
static void Fp32(void) { REGISTERS; LOOP("vfmadd231ps") }
#define FP32_OPS (2.0 * 16)
#elif defined(__AVX2__) && defined(__FMA__)
#define REGISTERS __m256i s[12]; for (int i = 0; i < 12; ++i) s[i] = _mm256_setzero_si256(); __m256i a = _mm256_setzero_si256()
static void Fp32(void) {
  REGISTERS;
  for (int r = 0; r < INNER; ++r) {
    _Pragma("GCC unroll 12") for (int i = 0; i < 12; ++i) __asm__ volatile("vfmadd231ps %1, %1, %0" : "+x"(s[i]) : "x"(a));
  }
}
#define FP32_OPS (2.0 * 8 * 12 / CHAINS)
#endif
#if defined(__AVX512BF16__)
static void Bf16(void) { REGISTERS; LOOP("vdpbf16ps") }
#endif
#if defined(__AVX512VNNI__)
static void Int8(void) { REGISTERS; LOOP("vpdpbusd") }
#endif
#if defined(__AMX_BF16__)
static void AmxBf16(void) {
  struct { uint8_t palette, start, pad[14]; uint16_t columns[16]; uint8_t rows[16]; } config = {.palette = 1};
  for (int i = 0; i < 8; ++i) { config.columns[i] = 64; config.rows[i] = 16; }
  _tile_loadconfig(&config);
  for (int r = 0; r < INNER / 4; ++r) {
    _tile_dpbf16ps(0, 6, 7); _tile_dpbf16ps(1, 6, 7); _tile_dpbf16ps(2, 6, 7); _tile_dpbf16ps(3, 6, 7);
  }
  _tile_release();
}
#endif

struct Job {
  void (*kernel)(void);
  double seconds, calls, took;
  pthread_t thread;
};

static void* RunJob(void* pointer) {
  struct Job* job = pointer;
  job->kernel();
  const double start = Now();
  do {
    job->kernel();
    ++job->calls;
    job->took = Now() - start;
  } while (job->took < job->seconds);
  return NULL;
}

// Operations per second of all threads together.
static double Rate(void (*kernel)(void), double operations_per_call, int threads, double seconds) {
  struct Job jobs[256] = {0};
  double rate = 0;
  for (int i = 0; i < threads; ++i) {
    jobs[i] = (struct Job){.kernel = kernel, .seconds = seconds};
    pthread_create(&jobs[i].thread, NULL, RunJob, &jobs[i]);
  }
  for (int i = 0; i < threads; ++i) {
    pthread_join(jobs[i].thread, NULL);
    rate += jobs[i].calls * operations_per_call / jobs[i].took;
  }
  return rate;
}

#define COPY_BYTES ((size_t)128 << 20)
static __thread char *copy_from, *copy_to;
static void Copy(void) {
  if (copy_from == NULL) {
    copy_from = malloc(COPY_BYTES);
    copy_to = malloc(COPY_BYTES);
    memset(copy_from, 1, COPY_BYTES);
  }
  memcpy(copy_to, copy_from, COPY_BYTES);
  __asm__ volatile("" ::"r"(copy_to) : "memory");
}

static uint8_t* jpeg_bytes;
static size_t jpeg_size;
static int jpeg_scale;
static void DecodeJpeg(void) {
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, jpeg_bytes, jpeg_size);
  jpeg_read_header(&info, TRUE);
  info.scale_num = (unsigned)jpeg_scale;
  info.scale_denom = 8;
  info.out_color_space = JCS_RGB;
  jpeg_start_decompress(&info);
  uint8_t* row = malloc((size_t)info.output_width * 3);
  while (info.output_scanline < info.output_height) jpeg_read_scanlines(&info, &row, 1);
  free(row);
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
}

static int ReadJpeg(const char* path) {
  FILE* file = fopen(path, "rb");
  if (file == NULL) return 0;
  jpeg_bytes = malloc(64 << 20);
  jpeg_size = fread(jpeg_bytes, 1, 64 << 20, file);
  fclose(file);
  return jpeg_size > 0;
}

int main(int argc, char** argv) {
  const int threads = argc > 1 ? atoi(argv[1]) : 1;
  const double seconds = argc > 2 ? atof(argv[2]) : 0.5;
  if (threads < 1 || threads > 256) return 2;
  printf("{");
#if defined(FP32_OPS)
  printf("\"fp32_peak\": %.4g, ", Rate(Fp32, FP32_OPS * INNER * CHAINS, threads, seconds));
#endif
#if defined(__AVX512BF16__)
  printf("\"bf16_peak\": %.4g, ", Rate(Bf16, 2.0 * 32 * INNER * CHAINS, threads, seconds));
#endif
#if defined(__AVX512VNNI__)
  printf("\"int8_peak\": %.4g, ", Rate(Int8, 2.0 * 64 * INNER * CHAINS, threads, seconds));
#endif
#if defined(__AMX_BF16__)
  if (syscall(SYS_arch_prctl, 0x1023, 18) == 0) {  // ARCH_REQ_XCOMP_PERM for tile data
    printf("\"amx_bf16_peak\": %.4g, ", Rate(AmxBf16, 2.0 * 16 * 16 * 32 * (INNER / 4) * 4, threads, seconds));
  }
#endif
  if (argc > 4 && ReadJpeg(argv[3])) {
    jpeg_scale = atoi(argv[4]);
    printf("\"jpeg_decode\": %.4g, ", Rate(DecodeJpeg, 1, 1, seconds));
  }
  printf("\"memory_copy\": %.4g}\n", Rate(Copy, 2.0 * (double)COPY_BYTES, threads, seconds));
  return 0;
}
