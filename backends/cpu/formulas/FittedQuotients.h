// Odd functions as quotients c·P(c²)/Q(c²), where c is x kept within ±bound. The kernels' vector code and the code generator both read them
// here: one function has one formula. Fitted for this project (weighted least squares, weights iterated until the errors of all x in
// (0, bound] are alike), then checked in f32. No division is needed beyond the quotient's own, no exp, no table, no branch.
#pragma once

namespace offramp::cpu {

template <int P, int Q>
struct FittedQuotient {
  float bound;
  float p[P], q[Q];  ///< highest power of c² first
};

/// tanh x; relative error 3e-7. The f32 result can exceed 1 by one ulp.
constexpr FittedQuotient<5, 5> kTanh = {9.0f,
                                        {1.335681865e-08f, 2.061078090e-05f, 3.495697132e-03f, 1.338111922e-01f, 9.999999795e-01f},
                                        {7.777483653e-07f, 3.285809094e-04f, 2.587740255e-02f, 4.671443489e-01f, 1.000000000e+00f}};

/// erf(x/√2) = 2·Φ(x) − 1; relative error 2.5e-7.
constexpr FittedQuotient<6, 6> kErfOfRootHalf = {
    5.5437f,
    {4.530503683e-08f, 1.258958277e-05f, 3.327696933e-04f, 9.324329723e-03f, 6.731238324e-02f, 7.978845459e-01f},
    {1.190405437e-06f, 7.264750512e-05f, 1.870960919e-03f, 2.852540338e-02f, 2.510299335e-01f, 1.000000000e+00f}};

/// Φ(x) + x·φ(x) − ½: the derivative of gelu without its mean; absolute error 3e-7. At the bound it is ½ to the last bit.
constexpr FittedQuotient<6, 6> kGeluSlope = {
    5.9f,
    {1.929176679e-07f, 3.595528240e-05f, 1.924516675e-05f, 1.423020097e-02f, -3.099464466e-02f, 7.978853602e-01f},
    {8.952048929e-06f, 1.920431664e-04f, 3.523065277e-03f, 4.098060216e-02f, 2.944955479e-01f, 1.000000000e+00f}};

}  // namespace offramp::cpu
