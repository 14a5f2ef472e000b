#pragma once

#include "jobs/protocol.h"

namespace triptych {

/// `kb.edit_chunk {workspace, base, chunk, text?, enabled?}` -> {chunk, document_id}. `chunk`: its id, in the answer the one it has now;
/// `text`: a string, or null for the text that stands in the document. The embedder is opened for the one chunk and closed again.
Json editKnowledgeChunk(const Json& params, std::stop_token stop, RequestSink& sink);

} // namespace triptych
