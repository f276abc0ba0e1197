/* A CUDA driver without a GPU, for the tests: "device" memory is host memory, streams run at once, there are no kernels.
   The station's probe and the real pycuda run over it. It proves nothing about a GPU.

   FAKE_CUDA_DEVICES  how many there are (1)
   FAKE_CUDA_MB       memory of each, MiB (4096)
   FAKE_CUDA_INIT     what cuInit answers (0); "crash" and "hang" are taken literally
   FAKE_CUDA_NO_PIN   set: host memory cannot be page-locked
   FAKE_CUDA_NO_GRAPH set: nothing can be recorded

   A recorded graph is a list of copies and of calls; the stand-in for TensorRT adds its own by fake_record_call. */

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int result;
typedef uintptr_t address;
enum { OK = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_INITIALIZED = 3, NO_DEVICE = 100, INVALID_DEVICE = 101,
       INVALID_CONTEXT = 201, NOT_SUPPORTED = 801 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int ready, context;
static size_t used;
static __thread int depth;

static long number(const char *name, long otherwise) {
    const char *value = getenv(name);
    return value ? atol(value) : otherwise;
}
static int devices(void) { return (int)number("FAKE_CUDA_DEVICES", 1); }
static size_t total(void) { return (size_t)number("FAKE_CUDA_MB", 4096) << 20; }

#define NEED_INIT if (!ready) return NOT_INITIALIZED
#define NEED_CONTEXT NEED_INIT; if (!depth) return INVALID_CONTEXT

result cuInit(unsigned flags) {
    const char *asked = getenv("FAKE_CUDA_INIT");
    if (asked && !strcmp(asked, "crash")) raise(SIGSEGV);
    if (asked && !strcmp(asked, "hang")) for (;;) sleep(1000);
    if (asked && atoi(asked)) return atoi(asked);
    if (devices() < 1) return NO_DEVICE;
    ready = 1;
    return OK;
}
result cuDriverGetVersion(int *version) { *version = 13000; return OK; }
result cuGetErrorString(result code, const char **said) {
    *said = code == OUT_OF_MEMORY ? "out of memory" : code == INVALID_CONTEXT ? "invalid device context" : "error";
    return OK;
}
result cuDeviceGetCount(int *count) { NEED_INIT; *count = devices(); return OK; }
result cuDeviceGet(int *device, int index) {
    NEED_INIT;
    if (index < 0 || index >= devices()) return INVALID_DEVICE;
    *device = index;
    return OK;
}
result cuDeviceGetName(char *name, int size, int device) { strncpy(name, "Fake GPU", size); return OK; }
result cuDeviceTotalMem_v2(size_t *bytes, int device) { *bytes = total(); return OK; }
result cuDeviceGetAttribute(int *value, int attribute, int device) {
    *value = attribute == 75 ? 8 : attribute == 76 ? 6 : 1;  /* compute capability 8.6 */
    return OK;
}
result cuDeviceComputeCapability(int *major, int *minor, int device) { *major = 8; *minor = 6; return OK; }

result cuDevicePrimaryCtxRetain(void **made, int device) { NEED_INIT; *made = &context; return OK; }
result cuDevicePrimaryCtxRelease_v2(int device) { return OK; }
result cuCtxPushCurrent_v2(void *pushed) { NEED_INIT; depth++; return OK; }
result cuCtxPopCurrent_v2(void **popped) {
    if (!depth) return INVALID_CONTEXT;
    depth--;
    if (popped) *popped = &context;
    return OK;
}
result cuCtxGetCurrent(void **current) { *current = depth ? &context : 0; return OK; }
result cuCtxGetDevice(int *device) { NEED_CONTEXT; *device = 0; return OK; }
result cuCtxGetApiVersion(void *of, unsigned *version) { *version = 3020; return OK; }
result cuCtxDetach(void *detached) { return OK; }
result cuCtxSynchronize(void) { NEED_CONTEXT; return OK; }

result cuMemAlloc_v2(address *made, size_t bytes) {
    NEED_CONTEXT;
    pthread_mutex_lock(&mutex);
    size_t *block = used + bytes > total() ? 0 : aligned_alloc(256, (bytes + 511) & ~255ul);
    if (block) {
        block[0] = bytes;
        used += bytes;
        *made = (address)block + 256;
        memset((void *)*made, 0xCD, bytes);
    }
    pthread_mutex_unlock(&mutex);
    return block ? OK : OUT_OF_MEMORY;
}
result cuMemFree_v2(address given) {
    NEED_CONTEXT;
    size_t *block = (size_t *)(given - 256);
    pthread_mutex_lock(&mutex);
    used -= block[0];
    pthread_mutex_unlock(&mutex);
    memset((void *)given, 0xDD, block[0]);
    free(block);
    return OK;
}
result cuMemGetInfo_v2(size_t *unused, size_t *all) { NEED_CONTEXT; *all = total(); *unused = *all - used; return OK; }
result cuMemHostRegister_v2(void *memory, size_t bytes, unsigned flags) {
    NEED_CONTEXT;
    return getenv("FAKE_CUDA_NO_PIN") ? NOT_SUPPORTED : OK;
}
result cuMemHostUnregister(void *memory) { NEED_CONTEXT; return OK; }

struct step { void (*call)(void); void *to; const void *from; size_t bytes; };
struct graph { struct step steps[32]; int count, started; };
static struct graph *recording;

static void add(void (*call)(void), void *to, const void *from, size_t bytes) {
    if (recording->count < 32) recording->steps[recording->count++] = (struct step){call, to, from, bytes};
}
static result copy(void *to, const void *from, size_t bytes) {
    NEED_CONTEXT;
    if (recording) add(0, to, from, bytes);
    else memcpy(to, from, bytes);
    return OK;
}
result cuMemcpyHtoDAsync_v2(address to, const void *from, size_t bytes, void *stream) { return copy((void *)to, from, bytes); }
result cuMemcpyDtoHAsync_v2(void *to, address from, size_t bytes, void *stream) { return copy(to, (void *)from, bytes); }

int fake_record_call(void (*call)(void)) { if (recording) add(call, 0, 0, 0); return recording != 0; }
result cuStreamBeginCapture_v2(void *stream, int mode) {
    NEED_CONTEXT;
    if (getenv("FAKE_CUDA_NO_GRAPH")) return NOT_SUPPORTED;
    recording = calloc(1, sizeof *recording);
    return OK;
}
result cuStreamEndCapture(void *stream, void **made) { *made = recording; recording = 0; return OK; }
result cuGraphInstantiateWithFlags(void **made, void *graph, unsigned long long flags) {
    *made = memcpy(malloc(sizeof(struct graph)), graph, sizeof(struct graph));
    return OK;
}
result cuGraphLaunch(struct graph *graph, void *stream) {
    NEED_CONTEXT;
    graph->started++;
    for (int i = 0; i < graph->count; i++)
        if (graph->steps[i].call) graph->steps[i].call();
        else memcpy(graph->steps[i].to, graph->steps[i].from, graph->steps[i].bytes);
    return OK;
}
result cuGraphDestroy(void *graph) { free(graph); return OK; }
result cuGraphExecDestroy(struct graph *graph) {
    fprintf(stderr, "a graph of %d steps was started %d times\n", graph->count, graph->started);
    free(graph);
    return OK;
}
result cuStreamCreate(void **stream, unsigned flags) { NEED_CONTEXT; *stream = malloc(8); return OK; }
result cuStreamDestroy_v2(void *stream) { free(stream); return OK; }
result cuStreamSynchronize(void *stream) { NEED_CONTEXT; return OK; }
