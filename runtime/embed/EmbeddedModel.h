// A model that is part of this program or library: its record (LinkedModel.h) read and checked, and sessions on it. Reads no file but the
// stored machine profile; the weights are used where they lie.
#pragma once

#include "runtime/core/Session.h"
#include "runtime/embed/LinkedModel.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace offramp::runtime {

class EmbeddedModel {
 public:
  /// UserError when the record is of another format or damaged.
  explicit EmbeddedModel(const offramp_model &linked);
  /// One per record, made at the first question, never freed. Any thread.
  static const EmbeddedModel &of(const offramp_model &linked);

  const Manifest &manifest() const { return manifest_; }
  const std::string &name() const { return name_; }                            ///< of the product
  const std::map<std::string, double> &settings() const { return settings_; }  ///< as the model was built
  const std::vector<std::string> &classes() const { return classes_; }         ///< empty: numbers
  const std::string &dtype() const { return dtype_; }                          ///< of the weight products, as the model was built
  /// Numbers of the inputs that are no label, in order.
  const std::vector<size_t> &dataInputs() const { return dataInputs_; }

  /// Ready to run; UserError when this CPU lacks features. `threads` 0: as many as this process may use. `dtype` of the weight products: `f32`,
  /// `bf16` or `int8`; empty: as the model was built.
  std::unique_ptr<Session> open(int threads, const std::string &dtype = {}) const;

 private:
  const offramp_model &linked;
  Manifest manifest_;
  std::string name_, profile, dtype_;
  std::map<std::string, double> settings_;
  std::vector<std::string> classes_;
  std::vector<size_t> dataInputs_;
};

/// The backend that the product was linked with; defined by the backend (backends/cpu/EmbeddedBackend.cpp). `profile`: text of the machine
/// profile stored at build time, or empty. Measures nothing. UserError when the backend has no such dtype.
std::unique_ptr<Backend> embeddedBackend(int threads, const std::string &profile, const std::string &dtype);

}  // namespace offramp::runtime
