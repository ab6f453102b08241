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

#define CHAINS 12  // enough independent sums to hide the latency of a multiply-add
#define INNER 20000

static double Now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// Runs `instruction` INNER x CHAINS times on registers of `kind` ("zmm", "ymm"), all of them zero. In assembly as a whole, so that no
// register is spilled.
#define ONE(instruction, kind, sum) instruction " %%" kind "15, %%" kind "15, %%" kind #sum "\n\t"
#define LOOP(instruction, kind)                                                                                             \
  int left = INNER;                                                                                                         \
  __asm__ volatile("vzeroall\n1:\n\t" ONE(instruction, kind, 0) ONE(instruction, kind, 1) ONE(instruction, kind, 2)          \
                   ONE(instruction, kind, 3) ONE(instruction, kind, 4) ONE(instruction, kind, 5) ONE(instruction, kind, 6)  \
                   ONE(instruction, kind, 7) ONE(instruction, kind, 8) ONE(instruction, kind, 9) ONE(instruction, kind, 10) \
                   ONE(instruction, kind, 11) "decl %0\n\tjnz 1b"                                                           \
                   : "+r"(left) : : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",   \
                     "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15")

#if defined(__AVX512F__)
static void Fp32(void) { LOOP("vfmadd231ps", "zmm"); }
#define FP32_OPS (2.0 * 16)
#elif defined(__AVX2__) && defined(__FMA__)
static void Fp32(void) { LOOP("vfmadd231ps", "ymm"); }
#define FP32_OPS (2.0 * 8)
#endif
#if defined(__AVX512BF16__)
static void Bf16(void) { LOOP("vdpbf16ps", "zmm"); }
#endif
#if defined(__AVX512VNNI__)
static void Int8(void) { LOOP("vpdpbusd", "zmm"); }
#define INT8_OPS (2.0 * 64)
#elif defined(__AVXVNNI__)
static void Int8(void) { LOOP("%{vex%} vpdpbusd", "ymm"); }
#define INT8_OPS (2.0 * 32)
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

#define WINDOW_S 0.005

struct Job {
  void (*kernel)(void);
  double seconds, best;  // `best`: most calls per second of all windows, so that what else runs does not count
  pthread_t thread;
};

static void* RunJob(void* pointer) {
  struct Job* job = pointer;
  job->kernel();
  const double start = Now();
  for (double now = start; now - start < job->seconds;) {
    const double before = now;
    int calls = 0;
    do {
      job->kernel();
      ++calls;
      now = Now();
    } while (now - before < WINDOW_S);
    if (calls / (now - before) > job->best) job->best = calls / (now - before);
  }
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
    rate += jobs[i].best * operations_per_call;
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
#if defined(INT8_OPS)
  printf("\"int8_peak\": %.4g, ", Rate(Int8, INT8_OPS * INNER * CHAINS, threads, seconds));
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
