#define TRIPTYCH_PRODUCTS kAvx2Products
#include "models/products_impl.h"
