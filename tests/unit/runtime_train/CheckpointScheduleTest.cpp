// When a checkpoint is due: by time, by steps, and rarer where the disk is slow.
#include "runtime/train/CheckpointSchedule.h"

#include <boost/test/unit_test.hpp>

using offramp::runtime::CheckpointSchedule;

BOOST_AUTO_TEST_CASE(by_time_since_the_last_one) {
  CheckpointSchedule checkpoints(30, 0);
  checkpoints.start(100);
  checkpoints.step();
  BOOST_TEST((!checkpoints.dueInEpoch(129) && !checkpoints.dueAfterEpoch(129)));
  BOOST_TEST((checkpoints.dueInEpoch(131) && checkpoints.dueAfterEpoch(131)));
  checkpoints.saved(131, 132);  // a second, so 30 stay
  BOOST_TEST(!checkpoints.dueInEpoch(161));
  BOOST_TEST(checkpoints.dueInEpoch(163));
}

BOOST_AUTO_TEST_CASE(a_slow_disk_takes_a_twentieth_of_the_time_at_most) {
  CheckpointSchedule checkpoints(30, 0);
  double now = 0, writing = 0;
  for (int n = 0; n < 10; ++n) {
    while (!checkpoints.dueInEpoch(now)) now += 0.25;  // a step
    const double begun = now;
    now += 10, writing += 10;
    checkpoints.saved(begun, now);
  }
  while (!checkpoints.dueInEpoch(now)) now += 0.25;
  BOOST_TEST(writing <= now / 20);
  BOOST_TEST(writing >= now / 22);
  checkpoints.saved(now, now + 0.5);  // the disk is fast again
  BOOST_TEST(checkpoints.dueInEpoch(now + 31));
}

BOOST_AUTO_TEST_CASE(by_steps_whatever_the_time) {
  CheckpointSchedule checkpoints(30, 3);
  for (int round = 0; round < 2; ++round) {
    checkpoints.step(), checkpoints.step();
    BOOST_TEST(!checkpoints.dueInEpoch(1e6));
    checkpoints.step();
    BOOST_TEST(checkpoints.dueInEpoch(0));
    checkpoints.saved(0, 1000);
  }
  BOOST_TEST(checkpoints.dueAfterEpoch(0));
}
