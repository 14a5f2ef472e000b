#include "knowledge/language.h"

#include "text/unicode.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <array>
#include <map>
#include <unordered_set>
#include <utility>

namespace triptych {

namespace {

struct StopWords {
    std::string_view language;
    std::string_view words; ///< separated by blanks
};

/// Function words only, with what apostrophes leave behind. Chinese characters are indexed in pairs, so that only a
/// character that stands alone can be one.
constexpr std::array kStopWords = {
    StopWords{"en", "a about above after again against all also am an and any are aren as at be because been before being below between both but "
                    "by can cannot could couldn d did didn do does doesn doing don down during each few for from further had hadn has hasn have haven "
                    "having he her here hers herself him himself his how i if in into is isn it its itself just ll m may me might more most must my "
                    "myself no nor not now of off on once only or other our ours ourselves out over own re s same shall she should shouldn so some such t "
                    "than that the their theirs them themselves then there these they this those through to too under until up upon us ve very was "
                    "wasn we were weren what when where whether which while who whom whose why will with within without won would wouldn you your "
                    "yours yourself yourselves"},
    StopWords{"de", "aber alle allem allen aller alles als also am an ander andere anderen auch auf aus bei beim bin bis bist da damit dann das dass "
                    "daß dein deine dem den denn der des dessen dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem "
                    "einen einer eines einige er es etwas euch euer für gegen habe haben hat hatte hatten hier hinter ich ihm ihn ihnen ihr ihre ihrem "
                    "ihren ihrer im in indem ins ist jede jedem jeden jeder jedes jene kann kein keine keinen können könnte mein meine mich mir mit "
                    "muss musste nach nicht nichts noch nun nur ob oder ohne sehr sein seine seinem seinen seiner selbst sich sie sind so solche soll "
                    "sollte sondern sonst über um und uns unser unter vom von vor wann war waren was weil welche welchem welchen welcher welches wenn wer "
                    "werde werden wie wieder will wir wird wo wurde wurden würde würden zu zum zur zwar zwischen"},
    StopWords{"fr", "à ai alors au aucun aussi autre aux avant avec avoir c car ce ceci cela celle celui ces cet cette ceux chaque ci comme comment d "
                    "dans de des donc dont du elle elles en encore entre es est et étaient était étant été être eu eux fait il ils j je jusqu l la là "
                    "le les leur leurs lorsqu lui m ma mais me même mes moi moins mon n ne ni nos notre nous on ont ou où par parce pas peu peut plus "
                    "pour pourquoi puis qu quand que quel quelle quelles quels qui s sa sans se sera ses si soit son sont sous sur t ta te tes toi ton "
                    "tous tout toute toutes très tu un une vers vos votre vous y"},
    StopWords{"es", "a al algo algunos ante antes aquel aquella así aún aunque bajo bien cada como cómo con contra cual cuál cuales cuando cuándo de del "
                    "desde donde dónde dos durante e el él ella ellas ellos en entre era eran es esa ese eso esta está están este esto estos estas "
                    "fue fueron ha había han hasta hay la las le les lo los más me mi mientras muy nada ni no nos o os otra otras otro otros para pero "
                    "poco por porque pues que qué quien quién se sea según ser si sí sido sin sobre son su sus también tan te tiene tienen toda todas "
                    "todo todos tu un una unas uno unos y ya yo"},
    StopWords{"it", "a ad agli ai al alla alle allo anche avere c che chi ci ciò col come con contro cosa così cui d da dagli dai dal dalla dalle "
                    "degli dei del dell della delle dello di dove due e è ed era erano essere fra fu furono gli ha hanno i il in io l la le lei li lo "
                    "loro lui ma me mi mio ne negli nei nel nella nelle nello no noi non nostro o ogni per perché perciò più poi prima può qual quale "
                    "quali quando quanto quella quelle quelli quello questa queste questi questo qui se sei si sia sono sopra sotto sta stata stato "
                    "stati su sua sue sugli sui sul sulla suo suoi tra tu tutta tutte tutti tutto un una uno vi voi"},
    StopWords{"pt", "a à ainda ao aos aquela aquele aqui as às até cada com como contra da das de dela dele deles depois do dos e é ela elas ele eles em "
                    "entre era eram essa esse esta está estas este estes eu foi foram há isso isto já lhe mais mas me mesmo meu minha muito na não nas "
                    "nem no nos nós nossa nosso num numa o onde os ou outra outro para pela pelas pelo pelos por porque pode qual quais quando que quem "
                    "são se seja sem ser será seu seus sido sob sobre sua suas só também te tem têm ter teu tinha toda todas todo todos tu tua um uma "
                    "uns você vocês"},
    StopWords{"nl", "aan al alle als altijd andere ben bij daar dan dat de der deze die dit doch doen door dus een en er ge geen had heb hebben heeft hem "
                    "het hier hij hoe hun iets ik in is ja je kan kon kunnen maar me meer men met mij mijn moet na naar niet niets nog nu of om omdat "
                    "ons ook op over reeds t te tegen toch toen tot u uit uw van veel voor want waren was wat we wel werd wezen wie wil worden wordt "
                    "zal ze zei zelf zich zij zijn zo zonder zou"},
    StopWords{"sv", "alla allt att av blev bli blir bort då de dem den denna deras dess dessa det detta dig din dina ditt du där efter ej eller en er ett "
                    "från för ha hade han hans har henne hennes hon honom hur här i icke ingen inom inte jag ju kan kunde man med mellan men mig min mina "
                    "mitt mot mycket ni nu när någon något några och om oss på samma sedan sig sin sina sitta sitt själv skulle som så till under upp ut "
                    "utan vad var vara varför varit vars vem vi vid vilka vilken vilket vår våra än är åt över"},
    StopWords{"da", "ad af alle alt anden at blev blive bliver da de dem den denne der deres det dette dig din disse dog du efter eller en end er et for "
                    "fra ham han hans har havde have hende hendes her hos hun hvad hvis hvor i ikke ind jeg jer jo kunne man mange med meget men mig min "
                    "mine mit mod når nogen nogle noget nu og også om op os over på selv sig sin sine sit skal skulle som sådan til ud under vi vil ville "
                    "vor være været"},
    StopWords{"no", "alle at av bare begge ble blei bli blir blitt både da de deg dei deim deira dem den denne der dere deres det dette di din disse dit ditt "
                    "du eg ein eit eller en enn er et ett etter for fordi fra før ha hadde han hans har hennar henne hennes her hjå ho hun hva hvem hver "
                    "hvilke hvilken hvis hvor hvordan hvorfor i ikke ikkje inn ingen jeg kan kom kun kunne kva man mange med meg men mi min mitt mot mye må "
                    "ned noe noen noko når nå og også om opp oss over på samme seg selv si sia sin sine sitt skal skulle slik som så til um under upp ut "
                    "uten var ved vi vil ville vår være vært å"},
    StopWords{"fi", "ei eivät emme en et ette että he hän ja jo joka jolla jonka jos jossa jota jotka kanssa kuin kuka kun me mikä minkä minä missä mitä "
                    "mukaan mutta muun muut myös ne niiden niin niitä noin nuo nyt näin nämä ole oleva oli olisi olivat olla ollut on ovat poikki se sekä "
                    "sen siellä siinä siitä sille sinä sitä sitten suuri tai te tämä tämän tässä tästä tätä vaan vaikka vain voi voidaan yli"},
    StopWords{"ru", "а без более бы был была были было быть в вам вас весь во вот все всё всего всех вы где да даже для до его ее её если есть еще ещё же "
                    "за здесь и из или им их к как какой когда которая которой которого которые который кто ли либо мне может мы на над надо наш не него "
                    "нее нет ни них но ну о об однако он она они оно от очень по под при с сам себя со так такой также там те тем то того тоже той только "
                    "том тот ты у уже хотя чего чей чем что чтобы чье эта эти это этого этой этом этот я"},
    StopWords{"zh", "的 了 是 在 和 与 及 或 也 都 就 而 之 於 于 與 等 吗 呢 嗎 吧 啊 把 被 很 這 这 那 有 不 我 你 他 她 它"},
    StopWords{"ja", "は が の を に へ と で も や か よ ね な"},
};

const std::unordered_set<std::string_view>& stopWords(std::string_view language) {
    static const auto lists = [] {
        std::map<std::string_view, std::unordered_set<std::string_view>> result;
        for (const StopWords& list : kStopWords) {
            auto& set = result[list.language];
            for (std::size_t at = 0; at < list.words.size();) {
                const std::size_t end = std::min(list.words.find(' ', at), list.words.size());
                set.insert(list.words.substr(at, end - at));
                at = end + 1;
            }
        }
        return result;
    }();
    const auto found = lists.find(language);
    return found == lists.end() ? lists.at("en") : found->second;
}

constexpr std::size_t kCharactersLookedAt = 2000;
/// With no more than these a text is no running text of another language than English.
constexpr double kLeastShare = 0.08;
constexpr double kLeastStopWords = 2;

std::string_view languageOfScript(UScriptCode script) {
    switch (script) {
    case USCRIPT_HAN: return "zh";
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA: return "ja";
    case USCRIPT_HANGUL: return "ko";
    case USCRIPT_GREEK: return "el";
    case USCRIPT_ARABIC: return "ar";
    case USCRIPT_DEVANAGARI: return "hi";
    case USCRIPT_ARMENIAN: return "hy";
    case USCRIPT_TAMIL: return "ta";
    case USCRIPT_THAI: return "th";
    case USCRIPT_HEBREW: return "he";
    default: return {};
    }
}

} // namespace

bool isStopWord(std::string_view word, std::string_view language) { return stopWords(language).contains(word); }

std::string guessLanguage(std::span<const std::string_view> texts) {
    std::map<std::string_view, double> letters; // of scripts that name their language
    double latin = 0, cyrillic = 0, ukrainian = 0, words = 0;
    std::map<std::string_view, double> hits;
    for (const std::string_view text : texts) {
        const std::u32string characters = decodeUtf8(text.substr(0, 4 * kCharactersLookedAt));
        std::string word;
        const auto endWord = [&] {
            if (word.empty())
                return;
            ++words;
            for (const StopWords& list : kStopWords)
                hits[list.language] += stopWords(list.language).contains(word);
            word.clear();
        };
        for (const char32_t c : std::u32string_view(characters).substr(0, kCharactersLookedAt)) {
            if (!u_isalpha(static_cast<UChar32>(c))) {
                endWord();
                continue;
            }
            UErrorCode status = U_ZERO_ERROR;
            const UScriptCode script = uscript_getScript(static_cast<UChar32>(c), &status);
            if (script == USCRIPT_LATIN || script == USCRIPT_CYRILLIC) {
                (script == USCRIPT_LATIN ? latin : cyrillic) += 1;
                const auto lower = static_cast<char32_t>(u_tolower(static_cast<UChar32>(c)));
                ukrainian += lower == U'і' || lower == U'ї' || lower == U'є';
                appendUtf8(word, lower);
            } else {
                endWord();
                if (const std::string_view language = languageOfScript(script); !language.empty())
                    ++letters[language];
            }
        }
        endWord();
    }
    // A tenth of kana makes Chinese characters Japanese; one of them says as much as three letters.
    if (letters["ja"] * 9 > letters["zh"])
        letters["ja"] += std::exchange(letters["zh"], 0);
    std::string_view best = "en";
    double most = 0;
    for (const auto& [language, count] : letters) {
        const double weight = language == "zh" || language == "ja" || language == "ko" ? 3 : 1;
        if (count * weight > most) {
            most = count * weight;
            best = language;
        }
    }
    if (most > std::max(latin, cyrillic))
        return std::string(best);
    if (cyrillic > latin)
        return ukrainian > 0.02 * cyrillic ? "uk" : "ru";
    best = "en";
    most = std::max({hits["en"], kLeastShare * words, kLeastStopWords});
    for (const auto& [language, count] : hits) {
        if (count > most) {
            most = count;
            best = language;
        }
    }
    return std::string(best);
}

} // namespace triptych
