#include "documents/readers.h"

#include "base/error.h"
#include "datasets/text_folding.h"

#include <fmt/format.h>
#include <poppler-document.h>
#include <poppler-global.h>
#include <poppler-page.h>
#include <poppler-toc.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace triptych {

namespace {

constexpr int kMostPages = 20'000;
constexpr std::size_t kMostHeadings = 20'000;
constexpr int kMaxOutlineDepth = 9;
constexpr std::size_t kMaxTitleBytes = 300;

std::string utf8Of(const poppler::ustring& text) {
    const poppler::byte_array bytes = text.to_utf8();
    return withValidUtf8({bytes.data(), bytes.size()});
}

bool endsSentence(std::string_view line) {
    for (const std::string_view mark : {".", "!", "?", ":", ";", "。", "！", "？", "：", "；", "”", "\""}) {
        if (line.ends_with(mark))
            return true;
    }
    return false;
}

bool isWide(std::string_view character) { return !character.empty() && static_cast<unsigned char>(character[0]) >= 0xE3; }

/// Last character of a line.
std::string_view lastCharacter(std::string_view line) {
    std::size_t at = line.size();
    while (at > 0 && (static_cast<unsigned char>(line[--at]) & 0xC0) == 0x80) {
    }
    return line.substr(at);
}

std::string withoutLigatures(std::string text) {
    static constexpr std::pair<std::string_view, std::string_view> kLigatures[] = {{"ﬀ", "ff"}, {"ﬁ", "fi"}, {"ﬂ", "fl"}, {"ﬃ", "ffi"}, {"ﬄ", "ffl"}, {"ﬅ", "st"}, {"ﬆ", "st"}};
    if (text.find("\xEF\xAC") == std::string::npos)
        return text;
    std::string plain;
    for (std::size_t at = 0; at < text.size();) {
        const auto* const found = std::find_if(std::begin(kLigatures), std::end(kLigatures), [&](const auto& pair) { return text.compare(at, pair.first.size(), pair.first) == 0; });
        if (found == std::end(kLigatures)) {
            plain += text[at++];
        } else {
            plain += found->second;
            at += found->first.size();
        }
    }
    return plain;
}

/// A page's lines as paragraphs: a line that fills its block and does not end a sentence goes on in the next one, and a
/// word that was divided at its end is put together again.
void writePage(const std::string& page, TextBuilder& out, std::vector<std::pair<std::int64_t, std::string>>& lines) {
    std::vector<std::string_view> block;
    const auto flush = [&] {
        std::size_t widest = 0;
        for (const std::string_view line : block)
            widest = std::max(widest, line.size());
        out.paragraph();
        bool inParagraph = false; // of several lines
        for (std::size_t i = 0; i < block.size(); ++i) {
            std::string_view line = block[i];
            const bool isFull = line.size() * 10 >= widest * 7 && line.size() >= 30;
            const bool goesOn = i + 1 < block.size() && isFull && !(endsSentence(line) && line.size() * 10 < widest * 9);
            const bool isDivided = goesOn && line.size() > 2 && line.ends_with('-') && static_cast<unsigned char>(line[line.size() - 2]) >= 'a' && block[i + 1].front() >= 'a' && block[i + 1].front() <= 'z';
            if (isDivided)
                line.remove_suffix(1);
            if (goesOn && !inParagraph)
                out.paragraph();
            lines.emplace_back(out.place(), std::string(line));
            out.text(line);
            if (!goesOn)
                inParagraph ? out.paragraph() : out.lineBreak();
            inParagraph = goesOn;
            if (goesOn && !isDivided && !(isWide(lastCharacter(line)) && isWide(block[i + 1])))
                out.text(" ");
        }
        block.clear();
    };
    std::string_view rest = page;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find_first_of("\n\f"), rest.size());
        const std::string_view line = trimmed(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.empty())
            flush();
        else
            block.push_back(line);
    }
    flush();
}

struct OutlineEntry {
    std::string title;
    int level;
};

void collect(const poppler::toc_item* item, int level, std::vector<OutlineEntry>& entries) {
    for (const poppler::toc_item* child : item->children()) {
        if (entries.size() >= kMostHeadings)
            return;
        entries.push_back({utf8Of(child->title()), level});
        if (level < kMaxOutlineDepth)
            collect(child, level + 1, entries);
    }
}

/// The outline names titles; where they stand is where a line says the same, or up to three together, one after another.
void addHeadings(const poppler::document& pdf, const std::vector<std::pair<std::int64_t, std::string>>& lines, TextBuilder& out) {
    const std::unique_ptr<poppler::toc> toc(pdf.create_toc());
    if (!toc || !toc->root())
        return;
    std::vector<OutlineEntry> entries;
    collect(toc->root(), 1, entries);
    std::map<std::string, std::vector<std::int64_t>> places;
    for (const OutlineEntry& entry : entries)
        places[foldedText(entry.title)];
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::string title;
        for (std::size_t j = i; j < std::min(i + 3, lines.size()) && title.size() < kMaxTitleBytes; ++j) {
            title += (j > i ? " " : "") + foldedText(lines[j].second);
            if (const auto found = places.find(title); found != places.end())
                found->second.push_back(lines[i].first);
        }
    }
    std::int64_t last = -1;
    for (const OutlineEntry& entry : entries) {
        const std::vector<std::int64_t>& found = places[foldedText(entry.title)];
        const auto place = std::upper_bound(found.begin(), found.end(), last);
        if (place == found.end())
            continue;
        last = *place;
        out.document().headings.push_back({last, entry.level, entry.title});
    }
}

} // namespace

void readPdf(const std::filesystem::path& path, TextBuilder& out) {
    poppler::set_debug_error_function([](const std::string&, void*) {}, nullptr);
    const std::unique_ptr<poppler::document> pdf(poppler::document::load_from_file(path.string()));
    if (!pdf)
        throw Error(ErrorCode::InvalidInput, "it is no PDF document that can be read: it is damaged or cut off", "Open it in a PDF viewer and save or print it to a new file.");
    if (pdf->is_locked())
        throw Error(ErrorCode::Unsupported, "it is protected with a password", "Save a copy of it without the password.");
    const int pages = pdf->pages();
    if (pages <= 0)
        throw Error(ErrorCode::InvalidInput, "it has no pages: it is damaged or cut off", "Open it in a PDF viewer and save or print it to a new file.");
    if (pages > kMostPages)
        throw Error(ErrorCode::InvalidInput, fmt::format("it says that it has {} pages, more than {}", pages, kMostPages), "Split it into several files.");
    std::vector<std::pair<std::int64_t, std::string>> lines;
    int unreadable = 0;
    for (int i = 0; i < pages; ++i) {
        out.page();
        const std::unique_ptr<poppler::page> page(pdf->create_page(i));
        if (!page) {
            ++unreadable;
            continue;
        }
        writePage(withoutLigatures(utf8Of(page->text(poppler::rectf(), poppler::page::non_raw_non_physical_layout))), out, lines);
    }
    if (out.isBlank() && unreadable < pages)
        throw Error(ErrorCode::Unsupported, fmt::format("it has no text: {}", pages == 1 ? std::string("its page is a picture or empty") : fmt::format("its {} pages are pictures or empty", pages)),
                    "Run text recognition (OCR) over it first.");
    if (out.isBlank())
        throw Error(ErrorCode::InvalidInput, "none of its pages can be read: it is damaged or cut off", "Open it in a PDF viewer and save or print it to a new file.");
    if (unreadable > 0)
        out.warn(fmt::format("{} of {} pages could not be read", unreadable, pages));
    const std::string title = utf8Of(pdf->get_title());
    if (title != "untitled" && title != "(anonymous)") // what ReportLab writes where it was told none
        out.document().title = title;
    addHeadings(*pdf, lines, out);
}

} // namespace triptych
