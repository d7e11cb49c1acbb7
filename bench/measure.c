// measure COMMAND…: runs it once and prints, on descriptor 9, its wall time and its CPU time (microseconds) and the most memory that one of its processes had resident (kB).
// Counted as wait4(2) counts: with all descendants that were waited for. Small and static, so that what it is itself weighs nothing.
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

int main(int argc, char **argv) {
    struct timespec begin, end;
    struct rusage usage;
    pid_t pid;
    int status;
    if (argc < 2) return 2;
    fcntl(9, F_SETFD, FD_CLOEXEC);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    if (posix_spawnp(&pid, argv[1], NULL, NULL, argv + 1, environ) != 0) return 127;
    if (wait4(pid, &status, 0, &usage) < 0) return 1;
    clock_gettime(CLOCK_MONOTONIC, &end);
    dprintf(9, "%lld %lld %ld\n", (end.tv_sec - begin.tv_sec) * 1000000LL + (end.tv_nsec - begin.tv_nsec) / 1000,
        (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec, usage.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
