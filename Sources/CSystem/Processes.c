#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static int result(long value) { return value < 0 ? -errno : (int)value; }

int cs_process(void) { return getpid(); }
int cs_parent_process(void) { return getppid(); }
uint32_t cs_user(void) { return geteuid(); }
int cs_host_name(char *name, size_t capacity) { return result(gethostname(name, capacity)); }

int cs_utc_now(char *text, size_t capacity) {
  time_t now = time(NULL);
  struct tm parts;
  if (gmtime_r(&now, &parts) == NULL) return -errno;
  return strftime(text, capacity, "%Y-%m-%dT%H:%M:%SZ", &parts) > 0 ? 0 : -ERANGE;
}

uint64_t cs_monotonic_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

int cs_random(void *bytes, size_t count) { return result(getrandom(bytes, count, 0)); }
int cs_die_with_parent(int signal) { return result(prctl(PR_SET_PDEATHSIG, signal)); }
int cs_set_process_name(const char *name) { return result(prctl(PR_SET_NAME, name)); }
int cs_process_open(int process) { return result(syscall(SYS_pidfd_open, process, 0)); }
int cs_process_signal(int process_file, int signal) {
  return result(syscall(SYS_pidfd_send_signal, process_file, signal, NULL, 0));
}

int cs_process_reap(int process_file, bool wait, int *exit_code, int *signal) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  if (waitid((idtype_t)P_PIDFD, (id_t)process_file, &info, WEXITED | (wait ? 0 : WNOHANG)) < 0) return -errno;
  if (info.si_pid == 0) return 0;
  *exit_code = info.si_code == CLD_EXITED ? info.si_status : 0;
  *signal = info.si_code == CLD_EXITED ? 0 : info.si_status;
  return 1;
}

int cs_spawn(const char *path, char *const arguments[], int output) {
  extern char **environ;
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  pid_t process = 0;
  int failure = posix_spawn_file_actions_init(&actions);
  if (failure != 0) return -failure;
  failure = posix_spawnattr_init(&attributes);
  if (failure == 0) {
    failure = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (failure == 0) failure = posix_spawn_file_actions_adddup2(&actions, output, 1);
    if (failure == 0) failure = posix_spawn_file_actions_adddup2(&actions, output, 2);
    if (failure == 0) failure = posix_spawnattr_setpgroup(&attributes, 0);
    if (failure == 0) failure = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    if (failure == 0) failure = posix_spawn(&process, path, &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&actions);
  return failure == 0 ? process : -failure;
}

int cs_signal_process(int process, int signal) { return result(kill(process, signal)); }

int cs_wait_for_files(const int *files, int count, int milliseconds) {
  struct pollfd waits[256];
  if (count < 0 || count > 256) return -EINVAL;
  for (int i = 0; i < count; i++) waits[i] = (struct pollfd){.fd = files[i], .events = POLLIN};
  return result(poll(waits, (nfds_t)count, milliseconds));
}

int cs_allowed_cpus(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return result(sysconf(_SC_NPROCESSORS_ONLN));
}

int cs_terminal_columns(int file) {
  struct winsize size;
  if (!isatty(file) || ioctl(file, TIOCGWINSZ, &size) < 0) return 0;
  return size.ws_col;
}

static uint32_t signal_counts[65];

static void count(int signal) { __atomic_fetch_add(&signal_counts[signal], 1, __ATOMIC_RELAXED); }

static int handle(int signal, void (*handler)(int)) {
  if (signal < 1 || signal > 64) return -EINVAL;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  return result(sigaction(signal, &action, NULL));
}

int cs_ignore_signal(int signal) { return handle(signal, SIG_IGN); }
int cs_count_signal(int signal) { return handle(signal, count); }
uint32_t cs_signal_count(int signal) {
  return signal < 1 || signal > 64 ? 0 : __atomic_load_n(&signal_counts[signal], __ATOMIC_RELAXED);
}
int cs_signal_interrupt(void) { return SIGINT; }
int cs_signal_terminate(void) { return SIGTERM; }
int cs_signal_hang_up(void) { return SIGHUP; }
int cs_signal_kill(void) { return SIGKILL; }
int cs_signal_pipe(void) { return SIGPIPE; }
int cs_signal_file_size(void) { return SIGXFSZ; }
int cs_signal_stop(void) { return SIGSTOP; }
int cs_signal_abort(void) { return SIGABRT; }
int cs_default_signal(int signal) { return handle(signal, SIG_DFL); }
int cs_signal_user_2(void) { return SIGUSR2; }

int cs_memory_file(const char *name, uint64_t bytes) {
  int file = (int)syscall(SYS_memfd_create, name, 1u /* MFD_CLOEXEC */);
  if (file < 0) return -errno;
  // Reserved now, so that too little memory is an error here and not a SIGBUS later.
  if (bytes > 0 && fallocate(file, 0, 0, (off_t)bytes) < 0) {
    int failure = errno;
    close(file);
    return -failure;
  }
  return file;
}

void *cs_map(int file, uint64_t bytes, bool writable) {
  void *address = mmap(NULL, bytes, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, file, 0);
  return address == MAP_FAILED ? NULL : address;
}

int cs_unmap(void *address, uint64_t bytes) { return result(munmap(address, bytes)); }

int cs_futex_wait(const uint32_t *word, uint32_t expected, int64_t nanoseconds) {
  struct timespec limit = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
  return result(syscall(SYS_futex, word, FUTEX_WAIT, expected, nanoseconds < 0 ? NULL : &limit, NULL, 0));
}

int cs_futex_wake(const uint32_t *word, int count) {
  return result(syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0));
}
