/* Calls the static library; see src/lib.rs. */
#include <stdint.h>
#include <stdio.h>

extern uint32_t im_session_check(void);

int main(void) {
    uint32_t line = im_session_check();
    if (line != 0) {
        fprintf(stderr, "src/lib.rs:%u: not as it should be\n", line);
        return 1;
    }
    puts("im-session works without the standard library");
    return 0;
}
