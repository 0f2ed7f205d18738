// One lock for the whole process, for critical sections of a few instructions.
#ifndef LADLE_LOCK_H
#define LADLE_LOCK_H

void ladle_lock(void);
void ladle_unlock(void);

#endif
