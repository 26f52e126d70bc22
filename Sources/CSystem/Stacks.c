#define _GNU_SOURCE
#include "CSystem.h"

#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Everything below runs in signal handlers: system calls and what the GNU C library allows there, nothing else.

enum { frame_limit = 64, ask_all = SIGQUIT };

static uint32_t printing;
static uint32_t asked;
static uint32_t crashed;

static void print(const char *text) {
  ssize_t ignored = write(2, text, strlen(text));
  (void)ignored;
}

static void print_own_stack(void) {
  // One thread at a time; who waits too long prints anyway.
  for (int turn = 0; turn < 1000 && __atomic_exchange_n(&printing, 1, __ATOMIC_ACQUIRE) != 0; turn++) usleep(1000);
  char name[17] = "";
  prctl(PR_GET_NAME, name);
  print("thread ");
  print(name);
  print(":\n");
  void *frames[frame_limit];
  backtrace_symbols_fd(frames, backtrace(frames, frame_limit), 2);
  __atomic_store_n(&printing, 0, __ATOMIC_RELEASE);
}

typedef struct {
  uint64_t inode;
  int64_t offset;
  unsigned short length;
  unsigned char type;
  char name[];
} folder_entry;

static void ask_other_threads(void) {
  int folder = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  long own = syscall(SYS_gettid);
  _Alignas(folder_entry) char entries[4096];
  long size;
  while ((size = syscall(SYS_getdents64, folder, entries, sizeof entries)) > 0) {
    for (long at = 0; at < size;) {
      const folder_entry *entry = (const folder_entry *)(entries + at);
      long thread = 0;
      for (const char *digit = entry->name; *digit >= '0' && *digit <= '9'; digit++) {
        thread = 10 * thread + (*digit - '0');
      }
      if (thread > 0 && thread != own) syscall(SYS_tgkill, getpid(), thread, ask_all);
      at += entry->length;
    }
  }
  close(folder);
}

static void answer(int signal) {
  (void)signal;
  if (__atomic_exchange_n(&asked, 1, __ATOMIC_ACQ_REL) == 0) ask_other_threads();
  print_own_stack();
}

static const int crashes[] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS};
enum { crash_count = sizeof crashes / sizeof *crashes };

static void install(int signal, void (*handler)(int)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  // A crash inside the handler of a crash ends the process.
  for (int i = 0; i < crash_count; i++) sigaddset(&action.sa_mask, crashes[i]);
  sigaction(signal, &action, NULL);
}

static void crash(int signal) {
  if (__atomic_exchange_n(&crashed, 1, __ATOMIC_ACQ_REL) != 0) {
    for (;;) pause();  // another thread crashed first and ends the process
  }
  print_own_stack();
  install(signal, SIG_DFL);
  raise(signal);  // delivered when this handler returns: the end is what it would have been
}

void cs_print_stacks_when_lost(void) {
  void *frame;
  backtrace(&frame, 1);  // loads what it needs, which a handler may not do
  install(ask_all, answer);
  for (int i = 0; i < crash_count; i++) install(crashes[i], crash);
}

int cs_ask_for_stacks(int process_file) { return cs_process_signal(process_file, ask_all); }
