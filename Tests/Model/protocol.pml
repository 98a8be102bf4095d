// How processes change a prefix, as a model for Spin. Tests/model checks it; `Tests/model --list` names what there is.
//
// Modelled: two or three runs, each with a request (install, use, rollback, remove, prune), and a reader; the kernel's
// locks; the names in trees/ and in the prefix, the record of who works, the history, the downloads. A step of the
// code is one `d_step` here, in an inline with the name that it has there. Before each of them another process may go
// on, the process may die (kill -9; it is then started again with the same request), or the power may fail.
//
// The disk. Each name and each content has a value, which processes see, and the set of values that may be there after
// a power cut: what was written since the last sync, or what was there at that sync. Whatever is not synced is chosen
// independently of all else. A sync leaves one value.
//
// Left out, and why what holds here holds there:
//   - A tree is whole or not: one bit for its files, directories and receipt. Nobody asks for more than whether all
//     are there.
//   - `syncfs` syncs the staging alone; the kernel's does more.
//   - A release has two components, and one step fetches what is missing. A download is right, wrong or not there; a
//     part that is right is as good, as the next run continues it.
//   - A history whose older half is forgotten, and records that a full disk kept from being written.
//   - Temporary links and records: each is renamed in the step in which it is made, or seen by nobody.
//   - Waiting is being blocked, not looking again and again. Who dies while waiting has changed nothing: only who
//     holds the lock dies.
//   - Errors of calls, but for those between two links and just before the first. They end a run where it is, as a
//     death does, and less abruptly.
//   - Progress, programs that use a tree without a lease, trials of `doctor`: no step rests on them.
//   - Adversaries that write into the prefix, but for one that removes the lock file.
//
// What does not hold, and is not asked:
//   - Between the look at the lock file and the end of a change, or of the records, nobody notices that the file was
//     removed; recovery does not look at all.
//   - A rollback can go back twice if it is asked for again
//       after a power cut that left no record of it: it replaced one link, and announced nothing;
//       after it died behind its own record, or another rollback has been told that it is done;
//       after the run died that had waited for it.
//   - A half change stays half if the disk is full when recovery comes to it.
//
// By hand: spin -DINSTALL_TWICE -a protocol.pml && cc -O1 -DSAFETY -o pan pan.c && ./pan -m100000

// --- What holds. An assertion begins with the name of its property, so that Spin's message says which it was.

hidden byte I1_one_writer;          // one process at a time is behind the lock
hidden byte I2_nothing_undone;      // a new tree of a release has all that the one before has
hidden byte I2_one_step_back;       // a rollback that is asked for twice at once, or again as it died, goes back once
hidden byte I2_fetched_once;        // who waited finds the work done, who takes over finds the download
hidden byte I5_live_staging;        // nobody deletes what a living process builds
hidden byte I6_verified;            // only right bytes are unpacked
hidden byte I7_whole;               // a tree under its final name is complete, also after a power cut
hidden byte I8_link;                // a release's link, and `current`, lead to a complete tree
hidden byte I8_one_step;            // what `current` leads to changes once in a run and in the recovery after it
hidden byte I9_not_half;            // of two links both are replaced, or none, when the next run decides
hidden byte I9_finished_once;       // recovery links nothing once others have begun
hidden byte I9_current;             // `current` does not vanish, unless its release is removed on request
hidden byte I9_told;                // what a run has reported as done is there, also after a power cut
hidden byte I12_fulfilled;          // a run that ends has done what was asked
hidden byte serial_once;            // a tree's name that a link had never comes to mean another tree
hidden byte lease;                  // a tree that a reader has leased stays, whole and under its name
hidden byte I9_clean;               // nothing is left for anybody to clear away
hidden byte bound;                  // the model's arrays suffice
#define holds(property, what) assert(property || (what))

#define when(condition, ...) if :: condition -> __VA_ARGS__ :: else fi
#define every(number) for (number : 0 .. TREES - 1)
#define step d_step

// --- What may happen in a situation; each of them sets what it needs.

#ifdef INSTALL_TWICE // two want the same
#define FIRST INSTALL, 1, 1, 0
#define SECOND INSTALL, 1, 1, 0
#define FETCHES_ONCE 1
#define DEATHS 1
#define CUTS 1
#endif

#ifdef INSTALL_COMPONENTS // of one release
#define FIRST INSTALL, 1, 1, 0
#define SECOND INSTALL, 1, 2, 0
#define FETCHES_ONCE 1
#define DEATHS 1
#define CUTS 1
#endif

#ifdef INSTALL_RELEASES // and each is to be current
#define ON_DISK 1
#define FIRST INSTALL, 1, 3, 1
#define SECOND INSTALL, 2, 1, 1
#define FETCHES_ONCE 1
#define DEATHS 1
#define CUTS 1
#endif

#ifdef INSTALL_USE
#define ON_DISK 2
#define FIRST INSTALL, 1, 2, 1
#define SECOND USE, 2, 0, 0
#define FETCHES_ONCE 1
#define DEATHS 1
#define CUTS 1
#endif

#ifdef INSTALL_ROLLBACK // of two links
#define ON_DISK 2
#define FIRST INSTALL, 1, 2, 1
#define SECOND ROLLBACK, 0, 0, 0
#define DEATHS 1
#define CUTS 1
#endif

#ifdef FAILURE // between the two
#define ON_DISK 1
#define FIRST INSTALL, 2, 1, 1
#define SECOND USE, 1, 0, 0
#define DEATHS 1
#define FAILURES 1
#define CUTS 1
#endif

#ifdef ROLLBACK_TWICE // also of two links
#define ON_DISK 3
#define FIRST ROLLBACK, 0, 0, 0
#define SECOND ROLLBACK, 0, 0, 0
#define DEATHS 1
#define CUTS 1
#endif

#ifdef ROLLBACK_FAILURE
#define ON_DISK 3
#define FIRST ROLLBACK, 0, 0, 0
#define SECOND ROLLBACK, 0, 0, 0
#define DEATHS 1
#define FAILURES 1
#endif

#ifdef INSTALL_REMOVE // the current release
#define ON_DISK 2
#define FIRST INSTALL, 2, 2, 0
#define SECOND REMOVE, 2, 0, 0
#define DEATHS 1
#define CUTS 1
#endif

#ifdef INSTALL_PRUNE // what is replaced goes, under a reader
#define ON_DISK 1
#define FIRST INSTALL, 2, 1, 1
#define SECOND PRUNE, 0, 0, 0
#define READERS 1
#define DEATHS 1
#define CUTS 1
#endif

#ifdef USE_PRUNE // the one to be used is the one to go
#define ON_DISK 2
#define FIRST USE, 1, 0, 0
#define SECOND PRUNE, 0, 0, 0
#define DEATHS 1
#define CUTS 1
#endif

#ifdef THREE_ROLLBACKS
#define ON_DISK 3
#define FIRST ROLLBACK, 0, 0, 0
#define SECOND ROLLBACK, 0, 0, 0
#define THIRD ROLLBACK, 0, 0, 0
#define DEATHS 1
#endif

#ifdef THREE_INSTALLS
#define FIRST INSTALL, 1, 1, 0
#define SECOND INSTALL, 1, 2, 0
#define THIRD INSTALL, 2, 1, 1
#define FETCHES_ONCE 1
#define DEATHS 2
#endif

#ifdef LOCK_FILE_REMOVED // at any moment
#define FIRST INSTALL, 1, 1, 0
#define SECOND INSTALL, 1, 2, 0
#define LOCK_FILE_REMOVALS 1
#endif

#ifdef THIRD
#define PROCESSES 3
#else
#define PROCESSES 2
#endif
#ifndef ON_DISK
#define ON_DISK 0
#endif
#ifndef READERS
#define READERS 0
#endif
#ifndef CUTS
#define CUTS 0
#endif
#ifndef DEATHS
#define DEATHS 0
#endif
#ifndef FAILURES
#define FAILURES 0
#endif
#ifndef LOCK_FILE_REMOVALS
#define LOCK_FILE_REMOVALS 0
#endif
#ifndef FETCHES_ONCE
#define FETCHES_ONCE 0
#endif

// --- The disk

#define NONE 0
#define STAGING 1   /* .new.X */
#define FINAL 2     /* R-n */
#define DEPARTURE 3 /* .old.X */

typedef Tree {
  unsigned name : 2;
  unsigned names : 4;      // the set of names that a power cut can leave
  unsigned whole : 1;
  unsigned wholes : 2;     // and of contents
  unsigned release : 2;
  unsigned components : 2;
  unsigned serial : 3;
  unsigned owner : 2;      // who has flock(LOCK_EX) on it
  unsigned leased : 1      // the reader has flock(LOCK_SH) on it
}
#define TREES 5
Tree tree[TREES];

// The prefix's links: link[0] is `current`, a release or 0; link[R] is the serial number of R's tree, or 0.
byte link[3];
byte links[3]; // sets

// `current` and both releases' trees in one byte: what a record says of before and after.
#define STATE(current, one, two) ((current) | (one) << 2 | (two) << 5)
#define VISIBLE STATE(link[0], link[1], link[2])
#define CURRENT(state) ((state) & 3)
#define TREE_OF(state, release) (((state) >> ((release) == 1 -> 2 : 5)) & 7)

// operation.json: the run that it names, and what that run wrote.
#define RUNS 10
byte operation;
short operations = 1; // a set
byte before[RUNS];
byte wanted[RUNS];     // what is to be visible, or 0: only who replaces two links says it
short rollbacks;      // the set of runs with this command
byte runs;

// history.ndjson: which run, and what was visible after it; that many lines are on disk. last.json: the run.
byte history[RUNS];
byte after[RUNS];
byte lines;
byte synced;
byte last;
short lasts = 1;      // a set
short failed;        // the set of runs with a record that is not `ok`

// Downloads by artifact.
#define RIGHT 1
#define WRONG 2
byte partial[4];
#define ARTIFACT(release, component) (2 * (release) + (component) - 3)

// The lock file: which inode the path names, and who has flock(LOCK_EX) on each.
byte lockFile = 1;
byte lockHolder[3];

// --- Processes

#define INSTALL 1
#define USE 2
#define ROLLBACK 3
#define REMOVE 4
#define PRUNE 5

bit alive[PROCESSES + 1] = 1; // 0 is the reader
byte isWaiting[PROCESSES + 1]; // one more than the history had lines then
byte finished;
byte failures = FAILURES;
bit readerIsDone = 1 - READERS;
byte opened;                  // by the reader: a tree's number and one
#ifdef BREAK_LOCK_BY_PID
bit isAtWork[RUNS];
byte runOf[PROCESSES + 1];
#endif

// --- What only the properties ask

byte writer;        // who is behind the lock whose file is there
bit isConfirmed;    // and has looked whether it is
byte seen;          // the serial numbers that a link has had since the power failed
byte kept;          // and those that a link had that was on disk: such a path may outlive a power cut
bit hasMoved;       // `current` leads elsewhere since the last run began
byte halfFrom, half; // what two links change, while that may be half done
byte wentBack;      // the rollback that went back, and is not on record as ended
byte isServed[PROCESSES + 1]; // a rollback has ended for which it waits, and nothing has changed since
bit wantsNoCurrent; // there need not be a `current`
byte told;          // what was visible when a run reported
bit isTold;         // and nobody has changed anything since
byte fetched[4];
bit cut;

// Within one step.
hidden byte n, m, found, highest, published;

// `found`: the tree under the final name with that serial number, or TREES.
inline find(number) {
  found = 0;
  do
  :: found < TREES && !(tree[found].name == FINAL && tree[found].serial == number) -> found++
  :: else -> break
  od
}

// What holds between any two steps: hence for who looks without a lock.
inline look() {
  every(n) { holds(I7_whole, tree[n].name != FINAL || tree[n].whole) }
  for (n : 1 .. 2) {
    find(link[n]);
    holds(I8_link, link[n] == 0 || found < TREES && tree[found].release == n)
  }
  holds(I8_link, link[0] == 0 || link[link[0]] != 0);
  holds(I9_current, link[0] != 0 || wantsNoCurrent)
}

// --- Syncs

inline syncPrefix() {
  links[0] = 1 << link[0]; links[1] = 1 << link[1]; links[2] = 1 << link[2];
  for (n : 1 .. 2) { when(link[n] != 0, kept = kept | 1 << link[n]) }
  skip
}

inline forget(number) {
  tree[number].names = 1 << NONE; tree[number].whole = 0; tree[number].wholes = 1;
  tree[number].release = 0; tree[number].components = 0; tree[number].serial = 0;
  tree[number].owner = 0
}

inline syncTrees() {
  every(n) {
    tree[n].names = 1 << tree[n].name;
    when(tree[n].name == NONE, forget(n))
  }
  skip // Spin takes no loop at the end of a d_step.
}

inline syncFileSystem() { // of it the staging
  tree[mine].names = 1 << tree[mine].name;
  tree[mine].wholes = 1 << tree[mine].whole
}

// What operation.json cannot name any more is forgotten, so that there are fewer states: nobody asks for it. But who
// waits asks last.json for a rollback.
inline forgetRuns() {
  for (n : 1 .. RUNS - 1) {
    when(!LOCK_FILE_REMOVALS && !(operations >> n & 1),
      wanted[n] = 0;
      when(last == n && lasts == 1 << n && !(rollbacks >> n & 1), last = 0; lasts = 1);
      m = 0;
      do
      :: m < lines && history[m] != n -> m++
      :: else -> break
      od;
      when(m == lines, before[n] = 0))
  }
  skip
}

// A record whose name alone is synced can be unreadable, which is as good as none.
inline syncBookkeeping() {
  synced = lines;
  operations = 1 << operation | (wanted[operation] == 0 -> 1 : 0);
  lasts = 1 << last;
  forgetRuns()
}

// --- The lock (Store.lock, FileLock.attempt)

// The file is open since the process began, the earliest moment. Who waits marks where the history ends, and
// who has the lock (Waited).
inline lock() {
  do
  :: step {
      request == ROLLBACK && !waits && lockHolder[descriptor] != 0 && descriptor == lockFile ->
      printf("%d waits\n", me);
      waits = 1; isWaiting[me] = lines + 1;
      mark = lines; holder = operation }
  :: step { lockHolder[descriptor] == 0 -> lockHolder[descriptor] = me };
#ifdef NO_IDENTITY_CHECK
    step { enter() };
    break
#else
    if // isStill
    :: step { descriptor != lockFile -> lockHolder[descriptor] = 0; descriptor = lockFile }
    :: step { descriptor == lockFile -> enter() }; break
    fi
#endif
  :: step { lockHolder[descriptor] != 0 && descriptor != lockFile -> descriptor = lockFile }
#ifdef BREAK_LOCK_BY_PID
  :: step {
      lockFile == 1 && lockHolder[1] != 0 && operation != 0 && !isAtWork[operation] ->
      lockFile = 2; descriptor = 2 }
#endif
#ifdef BREAK_LOCK_BY_AGE
  :: step { lockFile == 1 && lockHolder[1] != 0 -> lockFile = 2; descriptor = 2 }
#endif
  od
}

inline enter() {
  printf("%d has the lock\n", me);
  holds(I1_one_writer, writer == 0);
  writer = me;
  isWaiting[me] = 0
}

inline unlock(who) { // the kernel does it for the dead
  for (n : 1 .. 2) { when(lockHolder[n] == who, lockHolder[n] = 0) }
  when(writer == who, writer = 0; isConfirmed = 0);
  // The directory that was published is locked until the commit ends.
  every(n) { when(tree[n].owner == who, tree[n].owner = 0) }
#ifdef BREAK_LOCK_BY_PID
  isAtWork[runOf[who]] = 0; runOf[who] = 0
#endif
}

// The run ends, and is started again.
inline stop() {
  unlock(me); alive[me] = 0
}

// Before each change that can be seen. Somebody who removes the lock file between this look and the end of the
// change is not found out.
inline confirmLock() {
#ifndef NO_CONFIRMATION
  if
  :: step { writer == me -> isConfirmed = 1 }
  :: step { writer != me -> printf("%d has lost the lock\n", me); fails = 1 }; goto ended
  fi
#else
  step { isConfirmed = 1 }
#endif
}

// --- Records (LockedStore)

#ifdef OTHERS_RECORD_GOES
#define isOurs 1
#else
#define isOurs (writer == me)
#endif

inline publishOperation() {
  holds(I9_not_half, LOCK_FILE_REMOVALS || half == 0 || VISIBLE == half || VISIBLE == halfFrom);
  halfFrom = 0; half = 0; hasMoved = 0;
  runs++;
  holds(bound, runs < RUNS);
  op = runs;
  before[op] = VISIBLE;
  when(request == ROLLBACK, rollbacks = rollbacks | 1 << op);
  when(isOurs, operation = op; operations = operations | 1 << op | 1)
#ifdef BREAK_LOCK_BY_PID
  ; isAtWork[op] = 1; runOf[me] = op
#endif
}

inline announce() { // bytesAndName
  printf("%d announces what is to be: current %d, trees %d and %d\n", me, CURRENT(to), TREE_OF(to, 1), TREE_OF(to, 2));
  halfFrom = VISIBLE; half = to;
#ifndef NO_ANNOUNCEMENT
  wanted[op] = to;
  syncBookkeeping()
#endif
}

inline appendLine(ended) {
  printf("run %d is on record\n", ended);
  history[lines] = ended; after[lines] = VISIBLE; lines++
}

inline unlinkOperation() {
  operation = 0; operations = operations | 1
}

#define isWorthKeeping (fails || VISIBLE != before[op])

// Between two links the history waits, and what was announced stays.
inline finish() {
  if
  :: step { isOurs -> isConfirmed = isConfirmed || writer == me }; writeRecords()
  :: step { !isOurs -> holds(I1_one_writer, LOCK_FILE_REMOVALS) }
  fi;
  step {
    if
    :: fails -> stop()
    :: else -> report()
    fi
  }
}

// Who waits has this run among those that it has waited for.
inline serve() {
  for (n : 1 .. PROCESSES) {
    when(request == ROLLBACK && !fails && VISIBLE != before[op] && isWaiting[n], isServed[n] = 1)
  }
  skip
}

inline writeRecords() {
#ifdef LAST_BEFORE_HISTORY
  step { last = op; lasts = lasts | 1 << op };
#endif
  step {
    when(fails, failed = failed | 1 << op);
    when(!isHalf, appendLine(op));
    when(!fails && request == ROLLBACK, wentBack = 0);
    serve()
  };
  step { when(isWorthKeeping, synced = lines) };
#ifndef LAST_BEFORE_HISTORY
  step { last = op; lasts = lasts | 1 << op };
#endif
  step { when(isWorthKeeping, syncBookkeeping()) };
  step {
    holds(I1_one_writer, operation == 0 || operation == op);
#ifdef ANNOUNCEMENT_GOES
    unlinkOperation();
#else
    when(!isHalf, unlinkOperation());
#endif
    // Who comes now has come behind it.
    serve()
  }
}

inline report() {
  printf("%d reports\n", me);
  every(n) {
    holds(I9_clean,
      LOCK_FILE_REMOVALS || READERS || tree[n].name != STAGING && tree[n].name != DEPARTURE)
  }
  told = VISIBLE; isTold = 1;
  when(link[0] != 0, wantsNoCurrent = 0);
  halfFrom = 0; half = 0; hasMoved = 0; isServed[me] = 0
}

// --- Links (makeVisible, Directory.swap)

#define LEADS_TO (link[0] != 0 -> link[link[0]] : 0)

inline setLink(name, target) {
  step {
    printf("%d links %d to %d\n", me, name, target);
    // Recovery does not look whether the lock's file is still there.
    holds(I1_one_writer, writer == me || LOCK_FILE_REMOVALS && op == 0);
    m = LEADS_TO;
    link[name] = target;
    links[name] = links[name] | 1 << target;
    when(name != 0 && target != 0, seen = seen | 1 << target);
    look();
    holds(I8_one_step, m == LEADS_TO || !hasMoved);
    when(m != LEADS_TO, hasMoved = 1);
    when(rollbacks >> op & 1, wentBack = op);
    when(op != 0 && !(rollbacks >> op & 1), wentBack = 0);
    isTold = 0;
    for (n : 1 .. PROCESSES) { isServed[n] = 0 }
    skip
  }
}

inline swapLink(name, target) {
#ifdef UNLINK_THEN_LINK
  setLink(name, 0);
#endif
  setLink(name, target);
#ifdef UNLOCK_BEFORE_SYNC
  step { when(name == 0, unlock(me)) };
#endif
#ifndef NO_PREFIX_SYNC
  step { syncPrefix() }
#endif
}

// A release that becomes current has its tree before, one that was current gets its tree behind (VisibleState.links).
#ifdef LINKS_BY_NAME
#define isDue(name) (TREE_OF(to, name) != link[name])
#else
#define isDue(name) (TREE_OF(to, name) != link[name] && (CURRENT(to) == link[0] || link[0] != name))
#endif

inline replaceLinks() { // those that differ from `to`
  do
  :: step { isDue(1) || isDue(2) -> t = (isDue(1) -> 1 : 2) }; swapLink(t, TREE_OF(to, t))
  :: !isDue(1) && !isDue(2) && CURRENT(to) != link[0] -> swapLink(0, CURRENT(to))
  :: VISIBLE == to -> break
  :: step { failures > 0 && half != 0 && VISIBLE != half ->
      printf("%d fails\n", me);
      failures--;
      if
      :: op != 0 -> fails = 1; isHalf = VISIBLE != halfFrom
      :: else -> stop() // in recovery: it puts nothing on record
      fi };
    goto ended
  od;
  t = 0 // Spin does not break to a d_step.
}

#define areTwo ((CURRENT(to) != link[0]) + (TREE_OF(to, 1) != link[1]) + (TREE_OF(to, 2) != link[2]) > 1)

inline makeVisible() {
  step {
    when(request == INSTALL && needsTree,
      find(link[release]);
      holds(I2_nothing_undone, found == TREES || (tree[found].components & ~tree[mine].components) == 0));
    when(areTwo, announce())
  };
  replaceLinks();
  step {
    isConfirmed = 0;
    holds(I12_fulfilled, VISIBLE == to);
    when(request == INSTALL, endInstall())
  }
}

// --- Trees that go

// `t`: the next one from `from` on, or TREES.
inline seek(from, condition) {
  step {
    t = from;
    do
    :: t < TREES && !(condition) -> t++
    :: else -> break
    od
  }
}

// By its name: one that was published meanwhile has another.
inline removeTree() {
  step {
    printf("%d deletes what is in tree %d\n", me, t);
    holds(I5_live_staging, tree[t].owner == 0 || tree[t].owner == me);
    when(tree[t].name != FINAL, tree[t].whole = 0; tree[t].wholes = tree[t].wholes | 1)
  };
  step {
    when(tree[t].name != FINAL, tree[t].name = NONE; tree[t].names = tree[t].names | 1 << NONE);
    when(tree[t].owner == me, tree[t].owner = 0)
  }
}

#define isFree (tree[t].owner == 0 && !tree[t].leased)

inline sweep() {
  step {
    going = 0;
    every(n) {
      when(tree[n].name == STAGING || tree[n].name == DEPARTURE, going = going | 1 << n)
    }
    skip
  };
  seek(0, going >> t & 1);
  do
  :: t == TREES -> break
#ifdef SWEEP_WITHOUT_LOCK
  :: t < TREES -> removeTree();
#else
  :: t < TREES && !isFree -> seek(t + 1, going >> t & 1)
  :: step { t < TREES && isFree -> tree[t].owner = me };
#ifdef SWEEP_UNLOCKS_FIRST
    step { tree[t].owner = 0 };
#endif
    removeTree();
#endif
    seek(t + 1, going >> t & 1)
  od;
  t = 0 // Spin does not break to a d_step.
}

inline removeTrees() { // those in `going`
#ifndef NO_REMOVAL_SYNC
  step { syncPrefix() };
#endif
  seek(0, going >> t & 1);
  do
  :: t == TREES -> break
#ifdef NO_LEASE_CHECK
  :: step { t < TREES -> tree[t].owner = me };
#else
  :: t < TREES && !isFree -> seek(t + 1, going >> t & 1)
  :: step { t < TREES && isFree -> tree[t].owner = me };
#endif
    step {
      printf("%d renames tree %d away\n", me, t);
      holds(I1_one_writer, writer == me);
      holds(lease, !tree[t].leased);
      tree[t].name = DEPARTURE; tree[t].names = tree[t].names | 1 << DEPARTURE;
      look()
    };
#ifndef NO_DEPARTURE_SYNC
    step { syncTrees() };
#endif
    removeTree();
    seek(t + 1, going >> t & 1)
  od;
  t = 0
}

// --- Recovery (LockedStore.open, Recovery.run)

#define isAsIn(state, name) (link[name] == (name == 0 -> CURRENT(state) : TREE_OF(state, name)))
#define isBetween(one, other) \
  ((isAsIn(one, 0) || isAsIn(other, 0)) && (isAsIn(one, 1) || isAsIn(other, 1)) && (isAsIn(one, 2) || isAsIn(other, 2)))

inline decideRecovery() { // isUnfinished
  died = operation;
#ifndef RECOVERY_FINISHES_AGAIN
  for (n : 1 .. lines) { when(history[n - 1] == died, died = 0) }
#endif
  when(last == died && !(failed >> died & 1 && wanted[died] != 0), died = 0);
  to = wanted[died];
  for (m : 1 .. 2) {
    find(TREE_OF(to, m));
    when(TREE_OF(to, m) != link[m] && found == TREES, to = 0)
  }
  when(VISIBLE == before[died] || !isBetween(before[died], to), to = 0);
  holds(I9_finished_once, LOCK_FILE_REMOVALS || to == 0 || VISIBLE == to || half != 0)
}

// The downloads of which a tree was made that is visible.
inline discardInstalled() {
  for (m : 1 .. 2) {
    when(TREE_OF(before[died], m) != link[m] && !(rollbacks >> died & 1),
      find(link[m]);
      for (n : 1 .. 2) { when(found < TREES && tree[found].components & n, partial[ARTIFACT(m, n)] = NONE) })
  }
  skip
}

inline recover() {
#ifndef NO_RECOVERY
#ifndef NO_HISTORY_SYNC
  if
  :: step { operation != 0 -> synced = lines }; step { syncBookkeeping() }
  :: operation == 0
  fi;
#endif
  step { decideRecovery() };
#ifndef NO_RECOVERY_SYNC
  step { when(died != 0, syncPrefix()) };
#endif
#ifndef NO_RECOVERY_TREES_SYNC
  step {
    found = 0;
    every(n) { when(tree[n].name == DEPARTURE, found = 1) }
    when(found, syncTrees())
  };
#endif
  sweep();
  if // finishLinks
  :: to != 0 -> replaceLinks()
  :: to == 0
  fi;
  step {
    when(died != 0,
      discardInstalled();
      appendLine(died);
      failed = failed | 1 << died)
  };
  step { when(died != 0, synced = lines) };
  step { when(died != 0, syncBookkeeping()) };
  step { unlinkOperation(); to = 0 };
  step { when(died != 0, syncBookkeeping()); died = 0 };
#endif
  step { publishOperation() }
}

// --- A new tree (Installer.install, Execution, Fetching, Staging, Commit)

inline decideInstall() { // Plan
  find(link[release]);
  parts = components | (found < TREES -> tree[found].components : 0);
  needsTree = found == TREES || parts != tree[found].components;
  makesCurrent = link[0] == 0 || uses && link[0] != release
}

inline fetch() {
  published = 0;
  every(n) {
    when(tree[n].name == FINAL && tree[n].release == release,
      published = published | tree[n].components)
  }
  for (n : 1 .. 2) {
    if
    :: !(parts & ~published & n) || partial[ARTIFACT(release, n)] == RIGHT // linked, or adopted
#ifdef PARTIAL_BELIEVED
    :: parts & ~published & n && partial[ARTIFACT(release, n)] == WRONG -> isWrong = 1
#endif
    :: else ->
      printf("%d fetches component %d of release %d\n", me, n, release);
      partial[ARTIFACT(release, n)] = RIGHT;
      when(!cut, fetched[ARTIFACT(release, n)]++);
      holds(I2_fetched_once, fetched[ARTIFACT(release, n)] <= 1 || !FETCHES_ONCE)
    fi
  }
  skip
}

inline makeStaging() {
  step {
    mine = 0;
    do
    :: mine < TREES && (tree[mine].name != NONE || tree[mine].names != 1 << NONE || opened == mine + 1) ->
      mine++
    :: else -> break
    od;
    holds(bound, mine < TREES);
    printf("%d makes tree %d, components %d of release %d\n", me, mine, parts, release);
    tree[mine].name = STAGING; tree[mine].names = 1 << NONE | 1 << STAGING;
    tree[mine].release = release; tree[mine].components = parts
  };
  if // a precondition, in the code
  :: step { tree[mine].name == STAGING && tree[mine].owner == 0 -> tree[mine].owner = me }
  :: step { tree[mine].name != STAGING || tree[mine].owner != 0 -> stop() }
  fi
}

inline finishTree() {
  tree[mine].whole = 1; tree[mine].wholes = tree[mine].wholes | 2
}

inline fill() {
  holds(I6_verified, !isWrong);
#ifndef RECEIPT_LAST
  finishTree()
#endif
}

inline nextSerial() {
  highest = 0;
  every(n) {
    when(tree[n].name == FINAL && tree[n].serial > highest, highest = tree[n].serial)
  }
#ifndef SERIALS_OF_PRESENT_TREES
  n = 0;
  do
  :: n < lines ->
    for (m : 1 .. 2) {
      when(TREE_OF(after[n], m) > highest, highest = TREE_OF(after[n], m));
      when(TREE_OF(before[history[n]], m) > highest, highest = TREE_OF(before[history[n]], m))
    }
    n++
  :: else -> break
  od;
#endif
  holds(bound, highest < 7);
  tree[mine].serial = highest + 1
}

inline publish() { // renameNew
  printf("%d publishes tree %d as number %d\n", me, mine, tree[mine].serial);
  holds(serial_once, !((seen | kept) >> tree[mine].serial & 1));
  tree[mine].name = FINAL; tree[mine].names = tree[mine].names | 1 << FINAL;
  look()
}

inline decideLinks() { // those of the new tree
  to = STATE((makesCurrent -> release : link[0]),
    (release == 1 -> tree[mine].serial : link[1]), (release == 2 -> tree[mine].serial : link[2]))
}

inline commit() {
#ifndef NO_STAGING_SYNC
  step { syncFileSystem() };
#endif
#ifndef NO_CONFIRMATION
  if // not even a name in trees/
  :: writer == me
  :: step { writer != me -> fails = 1 }; goto ended
  fi;
#endif
#ifdef LINK_BEFORE_TREE
  step { nextSerial() };
  swapLink(release, tree[mine].serial);
#endif
  step { nextSerial(); publish() };
#ifdef RECEIPT_LAST
  step { finishTree() };
#endif
#ifndef NO_TREES_SYNC
  step { syncTrees() };
#endif
  step { decideLinks() }
}

inline discardPartials() {
  for (n : 1 .. 2) { when(parts & n, partial[ARTIFACT(release, n)] = NONE) }
}

inline install() {
  if
  :: needsTree ->
    step { fetch() };
    makeStaging();
    step { fill() };
    commit()
  :: step { !needsTree -> to = STATE((makesCurrent -> release : link[0]), link[1], link[2]) }
  fi
}

inline endInstall() {
  discardPartials();
  find(link[release]);
  holds(I12_fulfilled, found < TREES && (components & ~tree[found].components) == 0);
  holds(I12_fulfilled, !uses || link[0] == release)
}

// --- The other requests (Switching, Rollback, RemovingReleases, Prune)

inline use() { // one that is installed
  to = STATE((link[release] != 0 -> release : link[0]), link[1], link[2])
}

#define hasChanged(line) (after[line] != before[history[line]])
#define isRollback(line) (rollbacks >> history[line] & 1)

// Of those for which it waited, the last run that changed something: did it go back to what is visible now?
// The first one may have been on record when the history was marked; last.json knows it if nobody came after it.
inline lookAtSeen() {
  n = lines;
  do
  :: n > 0 && !(hasChanged(n - 1) && (n > mark || history[n - 1] == holder)) -> n--
  :: else -> break
  od;
  isFinished = n > 0 && hasChanged(n - 1) && after[n - 1] == VISIBLE && isRollback(n - 1)
}

// The last rollback that ended well, or changed something: did it lead to what is visible now, and not live to say so?
inline lookForDead() {
  n = lines;
  do
  :: n > 0 && !hasChanged(n - 1) && !(isRollback(n - 1) && !(failed >> history[n - 1] & 1)) -> n--
  :: else -> break
  od;
  isFinished = isFinished || n > 0 && isRollback(n - 1) && failed >> history[n - 1] & 1 && after[n - 1] == VISIBLE
}

// `to`: what was visible before the last change, with the releases that it added; or what is visible.
inline rollBack() {
#ifndef ROLLBACK_UNSEEN
  when(waits, lookAtSeen());
#endif
#ifndef ROLLBACK_AGAIN
  lookForDead();
#endif
  n = lines;
  do
  :: n > 0 && !(after[n - 1] == VISIBLE && before[history[n - 1]] != VISIBLE) -> n--
  :: else -> break
  od;
  when(n > 0 && !isFinished,
    to = before[history[n - 1]];
    for (m : 1 .. 2) {
      find(TREE_OF(to, m));
      when(CURRENT(to) == 0 || TREE_OF(to, m) != 0 && found == TREES, to = 0)
    });
  if
  :: to != 0 ->
    holds(I2_one_step_back, wentBack == 0 && !isServed[me]);
    for (m : 1 .. 2) { when(TREE_OF(to, m) == 0, to = to | STATE(0, (m == 1 -> link[1] : 0), (m == 2 -> link[2] : 0))) }
  :: else -> to = VISIBLE
  fi
}

// First nothing names it, then it goes.
inline unlinkCurrent(gone) {
  if
  :: step { link[0] == gone -> when(request == REMOVE, wantsNoCurrent = 1) };
    setLink(0, 0);
    step { syncPrefix() }
  :: link[0] != gone
  fi
}

inline remove(gone) {
  step {
    going = 0;
    every(n) { when(tree[n].name == FINAL && tree[n].release == gone, going = going | 1 << n) }
    skip
  };
  setLink(gone, 0);
  removeTrees();
  step { holds(I12_fulfilled, link[gone] == 0) }
}

// Both releases are on one track, and the second is the newer. No old ones are kept.
inline prune() {
  if
#ifdef PRUNE_CURRENT
  :: link[1] != 0 && link[2] != 0 -> unlinkCurrent(1); remove(1)
#else
  :: link[1] != 0 && link[2] != 0 && link[0] != 1 -> remove(1)
#endif
  :: else
  fi;
  step {
    going = 0;
    every(n) {
      when(tree[n].name == FINAL && tree[n].serial != link[1] && tree[n].serial != link[2],
        going = going | 1 << n)
    }
    skip
  };
  removeTrees();
  step { partial[0] = NONE; partial[1] = NONE; partial[2] = NONE; partial[3] = NONE }
}

// --- A run, and who starts it again

inline clear() {
  op = 0; died = 0; t = 0; mine = 0; going = 0; to = 0; parts = 0; mark = 0; holder = 0;
  isWrong = 0; needsTree = 0; makesCurrent = 0; waits = 0; isFinished = 0; fails = 0; isHalf = 0
}

proctype Run(byte me; byte request; byte release; byte components; bit uses) {
  byte descriptor = 1, op, died, t, mine, going, to, parts, mark, holder;
  bit needsTree, makesCurrent, isWrong, waits, isFinished, fails, isHalf;
begin:
  {
#ifdef DECIDE_BEFORE_LOCK
    step { decideInstall() };
#endif
    lock();
    recover();
    if
#ifdef DECIDE_BEFORE_LOCK
    :: request == INSTALL -> install()
#else
    :: step { request == INSTALL -> decideInstall() }; install()
#endif
    :: step { request == USE -> use() }
    :: step { request == ROLLBACK -> rollBack() }
    :: request == REMOVE || request == PRUNE
    fi;
    confirmLock();
    if
    :: request <= ROLLBACK -> makeVisible()
    :: request == REMOVE && link[release] != 0 -> unlinkCurrent(release); remove(release)
    :: request == REMOVE && link[release] == 0
    :: request == PRUNE -> prune()
    fi;
ended:
    finish();
    step { unlock(me); finished++; descriptor = 0; clear() }
  } unless {
    step { !alive[me] -> alive[me] = 1; descriptor = lockFile; clear() };
    goto begin
  }
}

// Looks through `current` without the lock, once, and stays there for a while: Directory.holdForLife.
proctype Reader() {
  byte release, number;
  {
    step { release = link[0] };
    step {
      number = (release != 0 -> link[release] : 0);
      find(number);
      opened = (number != 0 && found < TREES -> found + 1 : 0)
    };
    if
    :: step { opened != 0 && tree[opened - 1].owner == 0 -> tree[opened - 1].leased = 1 };
      if
      :: tree[opened - 1].name == FINAL && tree[opened - 1].serial == number ->
        step {
          holds(lease, tree[opened - 1].name == FINAL && tree[opened - 1].serial == number);
          holds(lease, tree[opened - 1].whole)
        }
      :: else
      fi
    :: else
    fi
  } unless { !alive[0] };
  step {
    when(opened != 0, tree[opened - 1].leased = 0);
    opened = 0; release = 0; number = 0; readerIsDone = 1
  }
}

// --- Deaths and power cuts

inline choose(value, set) {
  v = 0;
  do
  :: set >> v & 1 -> break
  :: set >> (v + 1) -> v++
  od;
  value = v;
  set = 1 << v;
  v = 0
}

inline losePower() {
  choose(link[0], links[0]);
  choose(link[1], links[1]);
  choose(link[2], links[2]);
  t = 0;
  do
  :: t < TREES ->
    choose(tree[t].name, tree[t].names);
    choose(tree[t].whole, tree[t].wholes);
    tree[t].leased = 0;
    if
    :: tree[t].name == NONE -> d_step { forget(t) }
    // Nobody will ask.
    :: tree[t].name == STAGING || tree[t].name == DEPARTURE -> tree[t].whole = 0; tree[t].wholes = 1
    :: tree[t].name == FINAL
    fi;
    t++
  :: else -> break
  od;
  choose(operation, operations);
  choose(last, lasts);
  do
  :: lines > synced -> lines--; history[lines] = 0; after[lines] = 0
  :: synced = lines; break
  od;
  t = 0;
  do
  :: t < 4 -> fetched[t] = 0; t++
  :: t < 4 && partial[t] != NONE -> partial[t] = NONE
  :: t < 4 && partial[t] == RIGHT -> partial[t] = WRONG
  :: t == 4 -> break
  od;
  t = 0
}

proctype Fate() {
  byte deaths = DEATHS, cuts = CUTS, removals = LOCK_FILE_REMOVALS, t, v;
  do
  :: step {
      deaths > 0 && lockHolder[lockFile] != 0 ->
      deaths--;
      t = lockHolder[lockFile];
      printf("%d dies\n", t);
      alive[t] = 0;
      unlock(t);
      isWaiting[t] = 0; isServed[t] = 0;
      t = 0
    }
  :: atomic {
      cuts > 0 ->
      step {
        cuts--; cut = 1; seen = 0; hasMoved = 0;
        for (m : 0 .. PROCESSES) {
          alive[m] = 0;
          when(m != 0, unlock(m); isWaiting[m] = 0; isServed[m] = 0)
        }
      };
      losePower();
      step {
        // Of a rollback of which nothing is on disk, nobody can know.
        found = operation == wentBack;
        for (n : 1 .. lines) { when(history[n - 1] == wentBack, found = 1) }
        when(!found || VISIBLE == before[wentBack], wentBack = 0);
        forgetRuns();
        printf("the power fails; current is %d, the releases' trees are %d and %d\n", link[0], link[1], link[2]);
        look();
        holds(I9_told, !isTold || told == VISIBLE)
      }
    }
  // Somebody removes the lock file, and a process makes a new one.
  :: step {
      removals > 0 && !isConfirmed ->
      printf("the lock file is removed\n");
      removals--; lockFile = 3 - lockFile; writer = 0
    }
  :: finished == PROCESSES && readerIsDone -> break
  od
}

// A tree, as an earlier run left it: current.
inline installed(number, its, parts) {
  runs++;
  before[runs] = VISIBLE;
  tree[number - 1].name = FINAL; tree[number - 1].names = 1 << FINAL;
  tree[number - 1].whole = 1; tree[number - 1].wholes = 1 << 1;
  tree[number - 1].release = its; tree[number - 1].components = parts; tree[number - 1].serial = number;
  link[its] = number; link[0] = its;
  appendLine(runs);
  last = runs
}

init {
  step {
    every(n) { forget(n) }
    when(ON_DISK >= 1, installed(1, 1, 1));
    when(ON_DISK >= 2, installed(2, 2, 1));
    when(ON_DISK >= 3, installed(3, 1, 3));
    syncPrefix();
    syncBookkeeping();
    wantsNoCurrent = link[0] == 0
  };
  atomic {
    run Run(1, FIRST);
    run Run(2, SECOND);
#ifdef THIRD
    run Run(3, THIRD);
#endif
#if READERS
    run Reader();
#endif
    run Fate()
  }
}
