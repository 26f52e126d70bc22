#define _GNU_SOURCE
#include "CSystem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif

static int64_t result(int64_t value) { return value < 0 ? -(int64_t)errno : value; }

static int system_flags(int flags) {
  int bits = 0;
  if (flags & cs_open_read) bits |= O_RDONLY | O_NONBLOCK;
  if (flags & cs_open_write) bits |= O_WRONLY;
  if (flags & cs_open_read_write) bits |= O_RDWR;
  if (flags & cs_open_create) bits |= O_CREAT;
  if (flags & cs_open_exclusive) bits |= O_EXCL;
  if (flags & cs_open_append) bits |= O_APPEND;
  if (flags & cs_open_no_follow) bits |= O_NOFOLLOW;
  if (flags & cs_open_folder) bits |= O_DIRECTORY;
  if (!(flags & cs_open_inheritable)) bits |= O_CLOEXEC;
  return bits;
}

int cs_open(const char *path, int flags, uint32_t mode) { return (int)result(open(path, system_flags(flags), mode)); }

int cs_open_beneath(int folder, const char *path, int flags, uint32_t mode) {
  struct open_how how = {
    .flags = (uint64_t)system_flags(flags),
    .mode = flags & cs_open_create ? mode : 0,
    .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
  };
  return (int)result(syscall(SYS_openat2, folder, path, &how, sizeof how));
}

int cs_close(int file) { return (int)result(close(file)); }
int64_t cs_read(int file, void *bytes, size_t count) { return result(read(file, bytes, count)); }
int64_t cs_read_at(int file, void *bytes, size_t count, uint64_t offset) {
  return result(pread(file, bytes, count, (off_t)offset));
}
int64_t cs_write(int file, const void *bytes, size_t count) { return result(write(file, bytes, count)); }
int cs_synchronize(int file) { return (int)result(fsync(file)); }
int cs_truncate(int file, uint64_t bytes) { return (int)result(ftruncate(file, (off_t)bytes)); }
int cs_reserve(int file, uint64_t bytes) { return (int)result(fallocate(file, FALLOC_FL_KEEP_SIZE, 0, (off_t)bytes)); }

static void fill(cs_status *status, const struct stat *from) {
  status->kind = S_ISREG(from->st_mode)   ? cs_kind_file
                 : S_ISDIR(from->st_mode) ? cs_kind_folder
                 : S_ISLNK(from->st_mode) ? cs_kind_link
                                          : cs_kind_other;
  status->mode = from->st_mode & 07777;
  status->user = from->st_uid;
  status->group = from->st_gid;
  status->bytes = (uint64_t)from->st_size;
  status->device = from->st_dev;
  status->inode = from->st_ino;
  status->modified_nanoseconds = (int64_t)from->st_mtim.tv_sec * 1000000000 + from->st_mtim.tv_nsec;
}

int cs_status_of(const char *path, bool follow, cs_status *status) {
  struct stat found;
  if ((follow ? stat(path, &found) : lstat(path, &found)) < 0) return -errno;
  fill(status, &found);
  return 0;
}

int cs_status_of_file(int file, cs_status *status) {
  struct stat found;
  if (fstat(file, &found) < 0) return -errno;
  fill(status, &found);
  return 0;
}

int cs_space_at(const char *path, cs_space *space) {
  struct statvfs counts;
  struct statfs type;
  if (statvfs(path, &counts) < 0 || statfs(path, &type) < 0) return -errno;
  space->free_bytes = (uint64_t)counts.f_bavail * counts.f_frsize;
  space->free_inodes = counts.f_files == 0 ? UINT64_MAX : counts.f_favail;
  space->is_read_only = (counts.f_flag & ST_RDONLY) != 0;
  switch ((uint32_t)type.f_type) {
    case 0x6969:      // NFS
    case 0x517B:      // SMB
    case 0xFF534D42:  // CIFS
    case 0xFE534D42:  // SMB2
    case 0x00C36400:  // Ceph
    case 0x01021997:  // 9p
    case 0x65735546:  // FUSE
    case 0x5346414F:  // AFS
      space->is_network = true;
      break;
    default:
      space->is_network = false;
  }
  return 0;
}

int cs_rename(const char *from, const char *to, bool replace) {
  if (replace) return (int)result(rename(from, to));
  return (int)result(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE));
}

int cs_make_folder(const char *path, uint32_t mode) { return (int)result(mkdir(path, mode)); }
int cs_remove_file(const char *path) { return (int)result(unlink(path)); }
int cs_remove_folder(const char *path) { return (int)result(rmdir(path)); }
int cs_make_link(const char *target, const char *path) { return (int)result(symlink(target, path)); }
int64_t cs_read_link(const char *path, char *target, size_t capacity) {
  return result(readlink(path, target, capacity));
}

int cs_list(const char *path, void *context, void (*visit)(void *context, const char *name)) {
  DIR *folder = opendir(path);
  if (folder == NULL) return -errno;
  int failure = 0;
  for (;;) {
    errno = 0;
    struct dirent *entry = readdir(folder);
    if (entry == NULL) {
      failure = errno;
      break;
    }
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) visit(context, entry->d_name);
  }
  closedir(folder);
  return -failure;
}

int cs_lock(int file) { return (int)result(flock(file, LOCK_EX | LOCK_NB)); }

int cs_set_inheritable(int file, bool inheritable) {
  int flags = fcntl(file, F_GETFD);
  if (flags < 0) return -errno;
  return (int)result(fcntl(file, F_SETFD, inheritable ? flags & ~FD_CLOEXEC : flags | FD_CLOEXEC));
}

uint32_t cs_set_umask(uint32_t mask) { return umask(mask); }

const char *cs_error_name(int number) {
  const char *name = strerrorname_np(number);
  return name == NULL ? "an unknown error" : name;
}

const char *cs_error_text(int number) {
  const char *text = strerrordesc_np(number);
  return text == NULL ? "unknown error" : text;
}
