#define TRIPTYCH_VECTOR_PRODUCTS kAvx512VectorProducts
#include "knowledge/vector_products_impl.h"
