// Compiled code reads the call block and the batch descriptor by the number of a field (backends/cpu/lowering): 8 bytes each, in this order.
#include "runtime/abi/Call.h"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <vector>

BOOST_AUTO_TEST_CASE(fields_of_the_call_block_have_their_numbers) {
  const std::vector<size_t> offsets = {offsetof(offramp_call, rows_max), offsetof(offramp_call, samples_max), offsetof(offramp_call, arena),
                                       offsetof(offramp_call, weights), offsetof(offramp_call, gradients), offsetof(offramp_call, settings),
                                       offsetof(offramp_call, inputs), offsetof(offramp_call, tables), offsetof(offramp_call, logits),
                                       offsetof(offramp_call, stage), offsetof(offramp_call, decision), offsetof(offramp_call, loss),
                                       offsetof(offramp_call, seed), offsetof(offramp_call, visit), offsetof(offramp_call, index),
                                       offsetof(offramp_call, engine), offsetof(offramp_call, samples_in_step), offsetof(offramp_call, collected),
                                       offsetof(offramp_call, exits), offsetof(offramp_call, split), offsetof(offramp_call, regroup),
                                       offsetof(offramp_call, reserved)};
  for (size_t i = 0; i < offsets.size(); ++i) BOOST_TEST(offsets[i] == 8 * i);
}

BOOST_AUTO_TEST_CASE(fields_of_the_batch_descriptor_have_their_numbers) {
  const std::vector<size_t> offsets = {offsetof(offramp_batch, n), offsetof(offramp_batch, rows), offsetof(offramp_batch, gapless),
                                       offsetof(offramp_batch, id), offsetof(offramp_batch, first), offsetof(offramp_batch, at),
                                       offsetof(offramp_batch, len), offsetof(offramp_batch, from)};
  for (size_t i = 0; i < offsets.size(); ++i) BOOST_TEST(offsets[i] == 8 * i);
}
