#include "documents/xml_parser.h"

#include "base/error.h"
#include "datasets/text_folding.h"

#include <fmt/format.h>
#include <libxml/parser.h>

#include <exception>
#include <new>

namespace triptych {

namespace {

constexpr int kMaxDepth = 256;

std::string_view view(const xmlChar* text) { return reinterpret_cast<const char*>(text); }

} // namespace

struct XmlParser::Impl {
    XmlHandler& handler;
    std::string source;
    xmlParserCtxtPtr parser = nullptr;
    std::exception_ptr failure;
    int depth = 0;

    /// No exception may pass through the parser's frames: it is kept, and the parser is stopped.
    template<class Call>
    static void guarded(void* context, Call call) {
        auto* self = static_cast<Impl*>(static_cast<xmlParserCtxtPtr>(context)->_private);
        if (self->failure)
            return;
        try {
            call(*self);
        } catch (...) {
            self->failure = std::current_exception();
            xmlStopParser(self->parser);
        }
    }

    static void onStart(void* context, const xmlChar* name, const xmlChar*, const xmlChar*, int, const xmlChar**, int count, int, const xmlChar** attributes) {
        guarded(context, [&](Impl& self) {
            if (++self.depth > kMaxDepth)
                throw Error(ErrorCode::InvalidInput, fmt::format("its part '{}' nests deeper than {} levels", self.source, kMaxDepth));
            XmlAttributes found;
            for (int i = 0; i < count; ++i, attributes += 5) // name, prefix, namespace, begin and end of the value
                found.emplace(view(attributes[0]), std::string(reinterpret_cast<const char*>(attributes[3]), reinterpret_cast<const char*>(attributes[4])));
            self.handler.start(view(name), found);
        });
    }
    static void onEnd(void* context, const xmlChar* name, const xmlChar*, const xmlChar*) {
        guarded(context, [&](Impl& self) {
            --self.depth;
            self.handler.end(view(name));
        });
    }
    static void onText(void* context, const xmlChar* text, int size) {
        guarded(context, [&](Impl& self) { self.handler.text({reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)}); });
    }
    static void onDocumentType(void* context, const xmlChar*, const xmlChar*, const xmlChar*) {
        guarded(context, [](Impl& self) {
            throw Error(ErrorCode::InvalidInput, fmt::format("its part '{}' declares a document type, which could hold an entity bomb", self.source),
                        "No office program writes one; get the document from another source.");
        });
    }

    void feed(std::string_view bytes, bool last) {
        const int code = xmlParseChunk(parser, bytes.data(), static_cast<int>(bytes.size()), last ? 1 : 0);
        if (failure)
            std::rethrow_exception(failure);
        if (code == XML_ERR_NO_MEMORY)
            throw std::bad_alloc();
        if (code != XML_ERR_OK && !parser->wellFormed) {
            const xmlError* error = xmlCtxtGetLastError(parser);
            throw Error(ErrorCode::InvalidInput, fmt::format("its part '{}' is not valid XML at line {}: {}", source, error ? error->line : 0, error && error->message ? std::string(trimmed(withValidUtf8(error->message))) : std::string("it is cut off")),
                        "The file is damaged; save it again from the program that made it.");
        }
    }
};

XmlParser::XmlParser(XmlHandler& handler, std::string source) : m_impl(new Impl{handler, std::move(source), nullptr, nullptr, 0}) {
    xmlSAXHandler sax{};
    sax.initialized = XML_SAX2_MAGIC;
    sax.startElementNs = Impl::onStart;
    sax.endElementNs = Impl::onEnd;
    sax.characters = Impl::onText;
    sax.ignorableWhitespace = Impl::onText;
    sax.cdataBlock = Impl::onText;
    sax.internalSubset = Impl::onDocumentType;
    m_impl->parser = xmlCreatePushParserCtxt(&sax, nullptr, nullptr, 0, nullptr);
    if (!m_impl->parser)
        throw std::bad_alloc();
    m_impl->parser->userData = m_impl->parser;
    m_impl->parser->_private = m_impl.get();
    xmlCtxtUseOptions(m_impl->parser, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
}

XmlParser::~XmlParser() {
    if (m_impl->parser->myDoc)
        xmlFreeDoc(m_impl->parser->myDoc);
    xmlFreeParserCtxt(m_impl->parser);
}

void XmlParser::feed(std::string_view bytes) { m_impl->feed(bytes, false); }
void XmlParser::finish() { m_impl->feed({}, true); }

} // namespace triptych
