#define TRIPTYCH_VECTOR_PRODUCTS kAvx2VectorProducts
#include "knowledge/vector_products_impl.h"
