#pragma once

#include "distillation/student_model.h"

namespace triptych {

/// Whether a folder holds a body of BERT's shape, or an adapter of one: what Encoder::open opens.
bool holdsEncoder(const std::filesystem::path& folder);

/// A classifier of the encoder's family and width with settings.num_hidden_layers layers. With `taught` it begins with the encoder's
/// embeddings and layers (copiedLayers) and, where that is the teacher itself, its head; else with random weights as transformers draws
/// them. It knows the encoder's vocabulary, or of that plan.kept, is saved as an ordinary Hugging Face folder, and keeps a reference
/// to plan.tokenizer.
std::unique_ptr<StudentModel> shrunkenStudent(const StudentPlan& plan, bool taught);

} // namespace triptych
