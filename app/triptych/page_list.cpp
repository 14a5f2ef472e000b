#include "page_list.h"

#include "pages/factories.h"

QList<triptych::ui::PageFactory> pageList() { return triptych::ui::workbenchPages(); }
