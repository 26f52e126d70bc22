// What Swift cannot call: system calls without a wrapper, variadic functions, macros, and atomics on shared memory.
// Unless a line says otherwise, a function returns its result (0 or more) or the negated errno.
#ifndef CLOZE_CSYSTEM_H
#define CLOZE_CSYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Files

enum {
  cs_open_read = 1,            // O_RDONLY | O_NONBLOCK, so that a FIFO never blocks
  cs_open_write = 2,           // O_WRONLY
  cs_open_read_write = 4,      // O_RDWR
  cs_open_create = 8,          // O_CREAT
  cs_open_exclusive = 16,      // O_EXCL
  cs_open_append = 32,         // O_APPEND
  cs_open_no_follow = 64,      // O_NOFOLLOW
  cs_open_folder = 128,        // O_DIRECTORY
  cs_open_inheritable = 256,   // without O_CLOEXEC, which is set otherwise
};

enum { cs_kind_other = 0, cs_kind_file = 1, cs_kind_folder = 2, cs_kind_link = 3 };

typedef struct {
  int32_t kind;           // cs_kind_…
  uint32_t mode;          // permission bits
  uint32_t user, group;
  uint64_t bytes;
  uint64_t device, inode;
  int64_t modified_nanoseconds;
} cs_status;

typedef struct {
  uint64_t free_bytes;    // for this user
  uint64_t free_inodes;   // UINT64_MAX where the file system counts none
  bool is_read_only;
  bool is_network;        // NFS, SMB, Ceph, 9p, FUSE: locks may not hold there
} cs_space;

int cs_open(const char *path, int flags, uint32_t mode);
/// Opens below `folder` without following any link or leaving it (openat2, RESOLVE_BENEATH and friends).
int cs_open_beneath(int folder, const char *path, int flags, uint32_t mode);
int cs_close(int file);
int64_t cs_read(int file, void *bytes, size_t count);
int64_t cs_read_at(int file, void *bytes, size_t count, uint64_t offset);
int64_t cs_write(int file, const void *bytes, size_t count);
int cs_synchronize(int file);
int cs_truncate(int file, uint64_t bytes);
/// Reserves disk blocks without changing the file's size seen by readers beyond `bytes`.
int cs_reserve(int file, uint64_t bytes);
int cs_status_of(const char *path, bool follow, cs_status *status);
int cs_status_of_file(int file, cs_status *status);
int cs_space_at(const char *path, cs_space *space);
int cs_rename(const char *from, const char *to, bool replace);
int cs_make_folder(const char *path, uint32_t mode);
int cs_remove_file(const char *path);
int cs_remove_folder(const char *path);
int cs_make_link(const char *target, const char *path);
int64_t cs_read_link(const char *path, char *target, size_t capacity);
/// Calls `visit` for every name but "." and "..".
int cs_list(const char *path, void *context, void (*visit)(void *context, const char *name));
/// An exclusive lock that dies with the last process holding the descriptor; -EWOULDBLOCK when another has it.
int cs_lock(int file);
int cs_set_inheritable(int file, bool inheritable);
uint32_t cs_set_umask(uint32_t mask);

// Error numbers, by name: "ENOSPC", "No space left on device". Never null.

const char *cs_error_name(int number);
const char *cs_error_text(int number);

// Processes and the machine

int cs_process(void);
int cs_parent_process(void);
uint32_t cs_user(void);
int cs_host_name(char *name, size_t capacity);
/// The current time as "2026-03-01T12:00:00Z".
int cs_utc_now(char *text, size_t capacity);
uint64_t cs_monotonic_nanoseconds(void);
int cs_random(void *bytes, size_t count);
/// The kernel kills this process with `signal` when its parent thread dies. Check the parent afterwards.
int cs_die_with_parent(int signal);
int cs_set_process_name(const char *name);
int cs_process_open(int process);
int cs_process_signal(int process_file, int signal);
/// 1 and the outcome when the process has ended (and is now reaped), 0 when it lives.
int cs_process_reap(int process_file, bool wait, int *exit_code, int *signal);
/// Starts the program at `path` in a process group of its own, with this environment, standard input from /dev/null and
/// standard output and error into `output`; inheritable descriptors stay open. Call it from a thread that outlives the
/// child, because the signal of `cs_die_with_parent` is sent when that thread ends.
int cs_spawn(const char *path, char *const arguments[], int output);
int cs_signal_process(int process, int signal);
/// Waits until one of the descriptors has something to say: how many have, 0 after `milliseconds`.
int cs_wait_for_files(const int *files, int count, int milliseconds);
/// CPUs this process may run on (its affinity mask).
int cs_allowed_cpus(void);
/// Columns of the terminal behind `file`, 0 when it is none.
int cs_terminal_columns(int file);

// Signals: ignored, or counted by a handler that does nothing else

int cs_ignore_signal(int signal);
int cs_count_signal(int signal);
/// How often a counted signal has arrived.
uint32_t cs_signal_count(int signal);
int cs_signal_interrupt(void);
int cs_signal_terminate(void);
int cs_signal_hang_up(void);
int cs_signal_kill(void);
int cs_signal_pipe(void);
int cs_signal_file_size(void);
int cs_signal_stop(void);
int cs_signal_abort(void);
/// Lets a signal do what it does by default.
int cs_default_signal(int signal);
int cs_signal_user_2(void);

// Stacks, for the report on a process that crashed or hangs

/// From now on this process prints to its standard error where it was when it crashes (not when its stack overflows), and
/// where each of its threads is when asked by `cs_ask_for_stacks`.
void cs_print_stacks_when_lost(void);
/// Asks a process that has called `cs_print_stacks_when_lost`; others end.
int cs_ask_for_stacks(int process_file);

// Shared memory

/// An anonymous file in memory, which grows when written to if `bytes` is 0: no name, so nothing is left behind by a killed process.
int cs_memory_file(const char *name, uint64_t bytes);
/// Maps `bytes` of `file` shared; null on failure.
void *cs_map(int file, uint64_t bytes, bool writable);
int cs_unmap(void *address, uint64_t bytes);

/// Sleeps while `*word == expected`, at most `nanoseconds` (negative: without limit). 0 when woken, -EAGAIN when the
/// word differs, -ETIMEDOUT, -EINTR. Works across processes.
int cs_futex_wait(const uint32_t *word, uint32_t expected, int64_t nanoseconds);
int cs_futex_wake(const uint32_t *word, int count);

static inline uint32_t cs_load_32(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }
static inline void cs_store_32(uint32_t *word, uint32_t value) { __atomic_store_n(word, value, __ATOMIC_RELEASE); }
static inline uint32_t cs_add_32(uint32_t *word, uint32_t value) {
  return __atomic_fetch_add(word, value, __ATOMIC_ACQ_REL);
}
static inline uint32_t cs_or_32(uint32_t *word, uint32_t value) {
  return __atomic_fetch_or(word, value, __ATOMIC_ACQ_REL);
}
static inline bool cs_exchange_32(uint32_t *word, uint32_t expected, uint32_t value) {
  return __atomic_compare_exchange_n(word, &expected, value, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}
static inline uint64_t cs_load_64(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }
static inline void cs_store_64(uint64_t *word, uint64_t value) { __atomic_store_n(word, value, __ATOMIC_RELEASE); }
static inline uint64_t cs_add_64(uint64_t *word, uint64_t value) {
  return __atomic_fetch_add(word, value, __ATOMIC_ACQ_REL);
}
static inline bool cs_exchange_64(uint64_t *word, uint64_t expected, uint64_t value) {
  return __atomic_compare_exchange_n(word, &expected, value, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}
static inline void cs_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// Digests

/// Runs `count` blocks of 64 bytes through SHA-256's compression function with the processor's own instructions; false,
/// and nothing done, where it has none. `state` holds the words a … h.
bool cs_sha256_blocks(uint32_t *state, const void *blocks, size_t count);

#endif
