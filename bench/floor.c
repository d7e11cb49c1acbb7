// floor PLAN: runs a launch plan (src/Davit.Runtime/Launch) with nothing around it: no runtime to start, no document to read, nothing to plan, no state to keep.
// What it takes is what the kernel takes for the system calls of a container's start, of the wait for its end, and of the removal of its cgroups.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAGIC = 0x44564c50, VERSION = 4, SLOTS = 128, PARENT = 0, PARENT_END = 1, STDIN = 2 };

// field by field as in LaunchHeader.cs and LaunchOp.cs
struct header {
    uint32_t magic;
    int32_t version, length, parent_ops, parent_count, child_ops, child_count, relocations, relocation_count, relocated;
    uint64_t clone_flags, through;
    int32_t clone_cgroup_slot, terminal, start_gated, start_errors, pid_namespace, user_namespace, uid_map, gid_map;
    int32_t cgroup_directories, cgroup_count, id_maps, id_map_count, listener_path, listener_texts, listener_text_count;
    int64_t slots[SLOTS];
    uint8_t path_buffer[64], scratch[4096];
};

struct op {
    int32_t code;
    int16_t result_slot, skip_on_success, skip_on_error, tolerated[3];
    int32_t message, kinds;
    int64_t arguments[6];
};

static struct header *plan;
static char paths[6][32];

static void fail(const char *what) { fprintf(stderr, "floor: %s: %s\n", what, strerror(errno)); exit(1); }

static long argument(struct op *op, int i) {
    int64_t value = op->arguments[i];
    switch (op->kinds >> (4 * i) & 15) {
        case 0: return value;
        case 1: return (long)((char *)plan + value);
        case 2: return plan->slots[value];
        case 3: snprintf(paths[i], sizeof paths[i], "/proc/self/fd/%d", (int)plan->slots[value]); return (long)paths[i];
        default: return (long)plan->scratch;
    }
}

// steps that are no system call, by the numbers of SystemCall.cs
static long special(struct op *op) {
    struct stat stat;
    struct statfs system;
    switch (op->code) {
        case -1:
            for (int i = 1; i <= 64; i++) {
                uint64_t action[4] = {0};
                if (i != SIGKILL && i != SIGSTOP) syscall(SYS_rt_sigaction, i, action, 0, 8);
            }
            return 0;
        case -2: return syscall(SYS_getcwd, plan->scratch, 4096) < 0 ? -errno : plan->scratch[0] == '/' ? 0 : -ENOENT;
        case -3: return -op->arguments[0];
        case -4: *(int32_t *)((char *)plan + op->arguments[1]) = plan->slots[op->arguments[0]]; return 0;
        case -6: {
            int from = open((char *)plan + op->arguments[0], O_RDONLY | O_CLOEXEC);
            if (from < 0) return -errno;
            long length = read(from, plan->scratch, 4096);
            close(from);
            int to = open((char *)plan + op->arguments[1], O_RDWR | O_CLOEXEC);
            if (to < 0) return -errno;
            if (read(to, plan->scratch + 4092, 2) > 1) return close(to);
            long written = write(to, plan->scratch, length);
            close(to);
            return written < 0 ? -errno : 0;
        }
        case -9: return fstatfs(plan->slots[op->arguments[0]], &system) < 0 ? -errno : system.f_type == 0x9fa0 ? 0 : -EXDEV;
        case -10: {
            long from = op->arguments[0], kept = plan->slots[PARENT];
            if (kept > from && syscall(SYS_close_range, from, kept - 1, 0) < 0) return -errno;
            return syscall(SYS_close_range, kept >= from ? kept + 1 : from, ~0U, 0) < 0 ? -errno : 0;
        }
        case -11:
            if (fstat(plan->slots[op->arguments[0]], &stat) < 0) return -errno;
            return (stat.st_mode & S_IFMT) == (mode_t)op->arguments[1] && (int64_t)stat.st_rdev == op->arguments[2] ? 0 : -EEXIST;
        default: return -ENOSYS; // terminals, gates and handed over descriptors: not in a plan for this
    }
}

static void run(int ops, int count) {
    struct op *first = (struct op *)((char *)plan + ops);
    for (int i = 0; i < count; i++) {
        struct op *op = first + i;
        long result;
        if (op->code < 0) result = special(op);
        else {
            result = syscall(op->code, argument(op, 0), argument(op, 1), argument(op, 2), argument(op, 3), argument(op, 4), argument(op, 5));
            if (result < 0) result = -errno;
        }
        if (result >= 0) {
            if (op->result_slot >= 0) plan->slots[op->result_slot] = result;
            i += op->skip_on_success;
        } else if (-result == op->tolerated[0] || -result == op->tolerated[1] || -result == op->tolerated[2]) i += op->skip_on_error;
        else { errno = -result; fail((char *)plan + op->message); }
    }
}

int main(int argc, char **argv) {
    int file = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
    struct stat stat;
    if (file < 0 || fstat(file, &stat) < 0) fail("usage: floor PLAN");
    plan = malloc(stat.st_size);
    if (read(file, plan, stat.st_size) != stat.st_size || plan->magic != MAGIC || plan->version != VERSION) fail("no plan of this version");
    close(file);
    for (int i = 0; i < plan->relocation_count; i++) *(int64_t *)((char *)plan + ((int32_t *)((char *)plan + plan->relocations))[i]) += (int64_t)plan;
    for (int i = 0; i < SLOTS; i++) plan->slots[i] = i >= STDIN && i < STDIN + 3 ? i - STDIN : -1;
    run(plan->parent_ops, plan->parent_count);

    int ends[2], pid_fd = -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) fail("socketpair");
    plan->slots[PARENT] = ends[1];
    plan->slots[PARENT_END] = ends[0];
    uint64_t arguments[11] = {plan->clone_flags | 0x1000, (uint64_t)&pid_fd, 0, 0, SIGCHLD};
    if (plan->clone_cgroup_slot >= 0) {
        arguments[0] |= 0x200000000;
        arguments[10] = plan->slots[plan->clone_cgroup_slot];
    }
    long pid = syscall(SYS_clone3, arguments, sizeof arguments);
    if (pid < 0) fail("clone3");
    if (pid == 0) {
        close(ends[0]);
        run(plan->child_ops, plan->child_count);
        _exit(99);
    }
    close(ends[1]);
    char byte;
    if (read(ends[0], &byte, 1) != 0) fail("the child reports");
    siginfo_t information;
    if (waitid(P_PIDFD, pid_fd, &information, WEXITED) < 0) fail("waitid");
    char *directory = (char *)plan + plan->cgroup_directories;
    for (int i = 0; i < plan->cgroup_count; i++, directory += strlen(directory) + 1) {
        while (rmdir(directory) < 0 && errno == EBUSY) usleep(100);
    }
    return information.si_status;
}
