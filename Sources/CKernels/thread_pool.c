// A pool of threads that spin for a moment and then sleep.
//
// The units of a job are cut into one queue a worker, neighbours together: what a worker wrote of one layer it reads of
// the next, from its own core's cache. Who has done his own takes units of the others.
//
// A job is published by writing its fields and then storing (generation, first unit) to the tickets of its queues. A worker
// reads a ticket, then the fields, and claims unit i by comparing-and-swapping (generation, i) for (generation, i + 1).
// The fields change only after all tickets were closed, so a swap that succeeds proves that they were this job's.
// Nobody waits for a worker that claimed nothing: one that sleeps, or that the system took away, costs nothing.

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "ladle_runtime.h"

enum { maximum_threads = 256, spins_before_sleep = 20000, spins_before_yield = 2000 };
static const uint32_t closed = 0xffffffffu;

// Two cache lines each, since processors fetch them in pairs.
typedef struct {
  _Alignas(128) _Atomic uint64_t ticket;
  _Atomic long end;  // of its units
} unit_queue;

// Closed from the start: a job that is the first to use a queue writes `end` before it opens the ticket.
static unit_queue queues[maximum_threads] = {[0 ... maximum_threads - 1] = {.ticket = 0xffffffffu}};
static _Atomic int job_workers;
static _Atomic(ladle_unit_function) job_function;
static _Atomic(void *) job_context;
static _Atomic uint64_t generation;  // of the last job
static _Atomic long units_done;
static _Atomic int thread_limit = 0;
static _Atomic int sleepers;
static int workers_started;  // guarded by caller_lock

static pthread_mutex_t caller_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t sleep_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static __thread int inside_unit;

static inline void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

// Claims and runs one unit of a queue; 0 when there is none to claim.
static int run_from(unit_queue *queue, int worker) {
  uint64_t seen = atomic_load_explicit(&queue->ticket, memory_order_acquire);
  for (;;) {
    uint32_t index = (uint32_t)seen;
    if (index == closed) return 0;
    ladle_unit_function function = atomic_load_explicit(&job_function, memory_order_relaxed);
    void *context = atomic_load_explicit(&job_context, memory_order_relaxed);
    if ((long)index >= atomic_load_explicit(&queue->end, memory_order_relaxed)) return 0;
    if (atomic_compare_exchange_weak_explicit(&queue->ticket, &seen, seen + 1, memory_order_acq_rel,
                                              memory_order_acquire)) {
      inside_unit = 1;
      function(context, (long)index, worker);
      inside_unit = 0;
      atomic_fetch_add_explicit(&units_done, 1, memory_order_release);
      return 1;
    }
  }
}

// One of its own, or else of the next worker that has any.
static int run_one(int worker) {
  int workers = atomic_load_explicit(&job_workers, memory_order_relaxed);
  for (int k = 0; k < workers; k++) {
    if (run_from(&queues[(worker + k) % workers], worker)) return 1;
  }
  return 0;
}

static void *work(void *argument) {
  int worker = (int)(intptr_t)argument;
  long idle = 0;
  for (;;) {
    uint64_t before = atomic_load(&generation);
    if (worker < atomic_load_explicit(&thread_limit, memory_order_relaxed) && run_one(worker)) {
      idle = 0;
      continue;
    }
    if (++idle < spins_before_sleep) {
      relax();
      continue;
    }
    pthread_mutex_lock(&sleep_lock);
    atomic_fetch_add(&sleepers, 1);
    while (atomic_load(&generation) == before) pthread_cond_wait(&wake, &sleep_lock);
    atomic_fetch_sub(&sleepers, 1);
    pthread_mutex_unlock(&sleep_lock);
    idle = 0;
  }
  return NULL;
}

static int default_threads(void) {
  const char *text = getenv("LADLE_THREADS");
  if (text) {
    int asked = atoi(text);
    if (asked >= 1 && asked <= maximum_threads) return asked;
  }
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online < 1 ? 1 : online > maximum_threads ? maximum_threads : (int)online;
}

// With caller_lock held.
static void start_workers(int limit) {
  while (workers_started < limit - 1) {
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 8u << 20);
    int failed = pthread_create(&thread, &attributes, work, (void *)(intptr_t)(workers_started + 1));
    pthread_attr_destroy(&attributes);
    if (failed) return;  // the calling thread does what they would have done
    workers_started++;
  }
}

int ladle_pool_threads(void) {
  int limit = atomic_load(&thread_limit);
  if (limit == 0) {
    int none = 0;
    limit = default_threads();
    if (!atomic_compare_exchange_strong(&thread_limit, &none, limit)) limit = none;
  }
  return limit;
}

void ladle_pool_set_threads(int threads) {
  if (threads < 1) threads = 1;
  if (threads > maximum_threads) threads = maximum_threads;
  pthread_mutex_lock(&caller_lock);
  atomic_store(&thread_limit, threads);
  pthread_mutex_unlock(&caller_lock);
}

void ladle_pool_stand_aside(void) { inside_unit = 1; }

void ladle_parallel(long units, ladle_unit_function function, void *context) {
  if (units <= 0) return;
  int limit = ladle_pool_threads();
  if (units == 1 || limit == 1 || inside_unit || units >= (long)closed || pthread_mutex_trylock(&caller_lock) != 0) {
    for (long unit = 0; unit < units; unit++) function(context, unit, 0);
    return;
  }
  start_workers(limit);
  uint64_t job = atomic_load_explicit(&generation, memory_order_relaxed) + 1;
  atomic_store_explicit(&job_function, function, memory_order_relaxed);
  atomic_store_explicit(&job_context, context, memory_order_relaxed);
  atomic_store_explicit(&units_done, 0, memory_order_relaxed);
  for (int w = 0; w < limit; w++) {
    atomic_store_explicit(&queues[w].end, units * (w + 1) / limit, memory_order_relaxed);
  }
  atomic_store_explicit(&job_workers, limit, memory_order_relaxed);
  for (int w = 0; w < limit; w++) {
    uint64_t first = (uint64_t)(units * w / limit);
    atomic_store_explicit(&queues[w].ticket, job << 32 | first, memory_order_release);
  }
  atomic_store(&generation, job);
  if (atomic_load(&sleepers) > 0) {
    pthread_mutex_lock(&sleep_lock);
    pthread_cond_broadcast(&wake);
    pthread_mutex_unlock(&sleep_lock);
  }
  while (run_one(0)) {}
  long spins = 0;
  while (atomic_load_explicit(&units_done, memory_order_acquire) < units) {
    if (++spins > spins_before_yield) sched_yield();
    else relax();
  }
  for (int w = 0; w < limit; w++) {
    atomic_store_explicit(&queues[w].ticket, job << 32 | closed, memory_order_release);
  }
  pthread_mutex_unlock(&caller_lock);
}
