#define TRIPTYCH_PRODUCTS kAvx512Products
#include "models/products_impl.h"
