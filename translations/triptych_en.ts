<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
<context>
    <name>Comparison</name>
    <message>
        <source>“%1” was measured on other test rows than “%2”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>row %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Estimate</name>
    <message>
        <source>Steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trainable</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Peak memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no earlier run to estimate from</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>From %n earlier runs on this data set, without the measurement</source>
        <translation>
            <numerusform>From %n earlier run on this data set, without the measurement</numerusform>
            <numerusform>From %n earlier runs on this data set, without the measurement</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Findings</name>
    <message>
        <source>There are no training rows: nothing can be learnt or retrieved.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There are no test rows: nothing can be measured.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There are no dev rows: training cannot choose its best state by them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is only one label: there is nothing to tell apart.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 labels have no training row: they cannot be learnt or retrieved.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 labels have fewer than %2 training rows; aim at %3 or more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only %1 test rows: differences between techniques will drown in the interval; aim at %2 or more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same text stands in two parts: %1 in train and test, %2 in train and dev, %3 in dev and test. Figures on such rows flatter.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 texts carry more than one label.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 rows repeat a text of their own part.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The labels are uneven: the rarest has %1 training rows, the most frequent %2. Look at macro F1 beside accuracy.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 rows, their split and the label descriptions are lost. %2 runs and %3 decisions name this data set: they stay, but cannot be compared with new runs.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Knowledge</name>
    <message>
        <source>by words only</source>
        <extracomment>How a knowledge base is searched that has no vectors</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>hashing (no model needed)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Numbers</name>
    <message>
        <source>%1 %</source>
        <extracomment>A share, e.g. &quot;88.4 %&quot;</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>95 % %1–%2</source>
        <extracomment>95 % confidence interval from %1 to %2, both per cent</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not measured</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 %, 95 % interval %2 to %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 / %2 ms</source>
        <extracomment>Median and 95th percentile of a latency</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 /s</source>
        <extracomment>Things a second</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>Overview</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fine-tune</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Distil</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Decide</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Knowledge</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ReportExport</name>
    <message>
        <source>Export the report</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RunMonitor</name>
    <message>
        <source>%1 left</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message>
        <source>Zero-shot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retrieve</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fine-tune</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Distil</source>
        <extracomment>The technique, as a title</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hybrid</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nearest label name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nearest rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>head only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>all weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>soft targets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>evaluation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>queued</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>running</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>paused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>cancelling</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>interrupted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>done</source>
        <extracomment>State of a job that ended well</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>train</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dev</source>
        <extracomment>The part of the data that selects (development set)</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>test</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>measured</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>entered</source>
        <extracomment>Evidence that the user typed in</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>default</source>
        <extracomment>Evidence that is assumed because nothing better is known</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>low</source>
        <comment>confidence</comment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>medium</source>
        <comment>confidence</comment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>high</source>
        <comment>confidence</comment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Macro F1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calibration error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retention</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed-up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>train loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dev loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dev accuracy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>learning rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gradient norm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, control</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>measuring quality</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>measuring latency</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>indexing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>embedding</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loading the model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>tokenizing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>asking the teacher</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>training the control</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>reading the file</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>steps</source>
        <translation>
            <numerusform>step</numerusform>
            <numerusform>steps</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>rows</source>
        <translation>
            <numerusform>row</numerusform>
            <numerusform>rows</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>texts</source>
        <translation>
            <numerusform>text</numerusform>
            <numerusform>texts</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>documents</source>
        <translation>
            <numerusform>document</numerusform>
            <numerusform>documents</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 / %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>%1 a count, %2 what is counted: &quot;38 documents&quot;</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 / %2 %3</source>
        <extracomment>%1 done of %2, %3 what is counted: &quot;1,204 / 1,950 steps&quot;</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A value is outside what is allowed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file or a row of it is malformed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something that was named does not exist.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The name is already taken.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Triptych does not handle this kind.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another process is using it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stored data fails its own check.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There was not enough memory.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped on request.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The engine process ended unexpectedly.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The engine&apos;s reply could not be understood.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is a defect in Triptych.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the line has %1 bytes, more than the %2 allowed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the row has %1 bytes, more than the %2 allowed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the row holds a NUL byte (byte %1)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>there is a NUL byte (byte %1) in %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>byte %1 of the row is not valid %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>byte %1 of the cell is not valid %2: the encoding is wrong or the byte is damaged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the cell is empty</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is neither one of the %2 class names nor a number from 0 to %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a closing quote is followed by further text; a quote inside a quoted cell is written twice</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a quote is opened here and not closed (looked up to line %1); reading goes on with line %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the row has %1 of %2 columns: %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the row has %1 columns where %2 are expected: text that holds the delimiter needs quotes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the row is not valid JSON: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the row is not a JSON object: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the file ends inside the JSON array</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>there is further text after the end of the JSON array</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the row has no %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the text is %1, not a string: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the label is %1, not a string or a number: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>static embeddings</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>shrunken transformer, %n layers</source>
        <translation>
            <numerusform>shrunken transformer, %n layer</numerusform>
            <numerusform>shrunken transformer, %n layers</numerusform>
        </translation>
    </message>
    <message>
        <source>shrunken transformer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>training the student</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading or writing failed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>writing the weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>merging the adapter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>proving what was written</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>tensors</source>
        <translation>
            <numerusform>tensor</numerusform>
            <numerusform>tensors</numerusform>
        </translation>
    </message>
    <message>
        <source>Add to %1</source>
        <extracomment>Title of a job; %1 the name of a knowledge base</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sync %1</source>
        <extracomment>Title of a job that brings a knowledge base in step with its folders; %1 its name</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Re-embed %1</source>
        <extracomment>Title of a job that makes the vectors of a knowledge base anew; %1 its name</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>reading</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>chunks</source>
        <translation>
            <numerusform>chunk</numerusform>
            <numerusform>chunks</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>triptych::ui::ActionSet</name>
    <message>
        <source>Workspace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go</source>
        <extracomment>Menu of the pages</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Help</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::AnswersForm</name>
    <message>
        <source>A number above 0, or nothing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open</source>
        <extracomment>The question is not answered: measurements or the default decide</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Knowledge changes every</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Largest size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Longest time of one answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>days</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>open</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::Banner</name>
    <message>
        <source>Copy this message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hide this message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Warning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Error</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::Chart</name>
    <message>
        <source>%1, %2</source>
        <comment>axis title and its unit</comment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the chart</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save as PNG…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save as SVG…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save as PDF…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the data as CSV…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save this chart</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arrow keys walk along the points, Shift and an arrow key move the view, plus and minus zoom, Home or a double click shows everything.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::ChunkEditor</name>
    <message>
        <source>Embedding the chunk…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switched off: it is kept and never found.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edited: it is searched as it stands here; the document keeps its text.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text of the chunk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restore</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take the text that stands in the document</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chunk %1 · %2 tokens</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::ChunkTextView</name>
    <message>
        <source>%1 tokens</source>
        <extracomment>Beside the text of a chunk; short</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::ChunkerForm</name>
    <message>
        <source>recursive</source>
        <extracomment>A way of cutting documents: at the best place that fits</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>heading-aware</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>whole sentences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>by meaning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fixed length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>whole document</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As much as fits, up to the best place to cut: paragraph, line, sentence, word</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Never across a heading; inside a section as recursive</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whole sentences, as many as fit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cut where neighbouring sentences differ most in meaning; needs an embedder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>So many tokens, wherever that is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every document is one chunk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 · %2 tokens · overlap %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cut</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Overlap</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How documents are cut</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokens a chunk has at most</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokens of the chunk before that come again</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::ChunksCard</name>
    <message>
        <source>“%1” is not in the base.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It may have failed to be read, or was taken out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n chunks</source>
        <translation>
            <numerusform>%n chunk</numerusform>
            <numerusform>%n chunks</numerusform>
        </translation>
    </message>
    <message>
        <source>half of them above %1 tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Preview: %1 instead of %2 chunks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>of the text&apos;s beginning</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n edited</source>
        <translation>
            <numerusform>%n edited</numerusform>
            <numerusform>%n edited</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n switched off</source>
        <translation>
            <numerusform>%n switched off</numerusform>
            <numerusform>%n switched off</numerusform>
        </translation>
    </message>
    <message>
        <source>Cutting…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading the text…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a document, or a hit of the search: its text is shown here with its chunks drawn in it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chunks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Source text with its chunks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokens a chunk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>chunks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No chunks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Documents are cut when they are read. A second base is made from the same files with these settings; this one stays, so that the two can be compared.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make a base with these…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::CommandLine</name>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same on the command line</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::CommandPalette</name>
    <message>
        <source>Command palette</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type an action, a page, a data set or a run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Matches</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::ComparePage</name>
    <message>
        <source>Compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%1 · %n measured runs on the same test rows</source>
        <translation>
            <numerusform>%1 · %n measured run on the same test rows</numerusform>
            <numerusform>%1 · %n measured runs on the same test rows</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 − %2</source>
        <extracomment>Two runs that are set against each other</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 [%2, %3]</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only %1 is right (%2)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Label</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Delete %n runs?</source>
        <translation>
            <numerusform>Delete %n run?</numerusform>
            <numerusform>Delete %n runs?</numerusform>
        </translation>
    </message>
    <message>
        <source>%1: the models, checkpoints, predictions and curves of these runs are lost.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No run fits the filter.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Deletes the selected runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quality, latency and size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>p50 latency</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>accuracy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>size of a mark: bytes to serve</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each run becomes a point.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learning curves</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dev accuracy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fraction</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select fine-tuned or distilled runs to lay their curves over each other.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paired tests</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select two or more runs (Ctrl+click): their answers to the same test rows are compared row by row.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pair</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accuracy, points</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>p (Holm)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Macro F1, points</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>only one right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rows that differ</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With two runs selected, the test rows that only one of them gets right are listed here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which run is right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing to compare yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every measured run of this data set becomes a line of the table and a point of the chart.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure on the Overview</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” has nothing to compare: it is %2.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::CreateBaseCard</name>
    <message>
        <source>documents</source>
        <translation type="unfinished">document</translation>
    </message>
    <message>
        <source>A name has 1 to 100 bytes, no slash, no invisible character, no blank at either end, and does not begin with a dot or a dash.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is a knowledge base of this name. Choose another.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cutting by meaning needs an embedder. Choose one, or cut in another way.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Then goes in: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n chunks</source>
        <translation>
            <numerusform>%n chunk</numerusform>
            <numerusform>%n chunks</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 tokens in all, %2 a chunk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>of the text&apos;s beginning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a document as a sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New knowledge base</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name of the knowledge base</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Embedder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What makes the vectors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Vectors in 8 bits a value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A quarter of the space, nearly the same ranking</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make the base</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paste a text here: where it would be cut is drawn below.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A text as a sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The sample with its chunks</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::DatasetPicker</name>
    <message>
        <source>Data set</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The data set that this page works on</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::DatasetsPage</name>
    <message>
        <source>Data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1
%2 rows · %3 labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No data set in this workspace yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No workspace is open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 · %2 rows: %3 train, %4 dev, %5 test · imported %6</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n labels</source>
        <translation>
            <numerusform>%n label</numerusform>
            <numerusform>%n labels</numerusform>
        </translation>
    </message>
    <message>
        <source>about 64 tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 of the rows are longer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing stands out: no text crosses the parts, every label has enough rows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In more than one part: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n rows</source>
        <translation>
            <numerusform>%n row</numerusform>
            <numerusform>%n rows</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n rows found</source>
        <translation>
            <numerusform>%n row found</numerusform>
            <numerusform>%n rows found</numerusform>
        </translation>
    </message>
    <message>
        <source>No workspace is open.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open or make one first; the file then goes into it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename the data set</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” is in use by a job that runs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wait for its end, or cancel it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove “%1”?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the data set “%1”?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import a file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data sets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop a labelled file here: JSON lines, CSV or TSV</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No data yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import a file with a text and a label in each row. Its labels, lengths, duplicates and rows will be seen here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To know before training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>rows</source>
        <translation type="unfinished">row</translation>
    </message>
    <message>
        <source>No labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Length of the texts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>characters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Counting characters…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Part</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find in texts and labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the labels mean</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Labelled data (*.jsonl *.ndjson *.json *.csv *.tsv *.tab *.txt);;All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another file is being imported.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::DistillationPage</name>
    <message>
        <source>The teacher is weak: it reaches %1, the student without a teacher %2. Fine-tune a better one first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The teacher&apos;s help is not certain: student minus control is %1 points, 95 % interval %2 to %3.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Distil</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no teacher yet: fine-tune a model on the Fine-tune page first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One of the two loss weights must be above 0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Student · teacher · control</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accuracy on the same test rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retention</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The student&apos;s accuracy as a share of the teacher&apos;s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed-up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Median time of one text, teacher over student</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 of %2 (%3)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bytes to serve, student and teacher</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Build</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Student and control, without the teacher&apos;s own training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Student minus control: %1 points, 95 % interval %2 to %3, p = %4</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The middle of the scale is no difference.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Teacher</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Student</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same student is always trained a second time from the labels alone: this control shows what the teacher adds.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weight of the teacher</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weight of the labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Epochs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Batch size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Longest text, tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unlabelled variants of a text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of variants in a step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Words hidden, share</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dropout</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Width of a word</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filters of a width</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps between dev looks (0: an epoch)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the student keeps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nats</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>student</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>control</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>smoothed, raw beneath</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training loss of the student and of the control is drawn here while they learn.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dev accuracy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fraction</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accuracy on the dev rows, student against control.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>by the method</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop after dev looks without gain (0: never)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whose soft targets this student learnt from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its architecture; the control has the same</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Width of a direction</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>LSTM layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Width before the last layer (0: none)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layers kept (0: half)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Expert settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The largest value of each feature finds single words that tell; the mean weighs the whole text.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The table of pieces is most of a small student. Words that no training row has are then spelt in single characters; only for WordPiece vocabularies, as BERT has.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From the words to one vector</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the largest of all words</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the mean of all words</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Know only the pieces of the training rows</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::Dock</name>
    <message>
        <source>Jobs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hide the dock</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::DocumentsCard</name>
    <message>
        <source>%1 of %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No knowledge base is chosen.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No documents yet. Text, Markdown, HTML, PDF, Word, Excel, tables, JSON and source code can go in.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Try %n failed again</source>
        <translation>
            <numerusform>Try %n failed again</numerusform>
            <numerusform>Try %n failed again</numerusform>
        </translation>
    </message>
    <message>
        <source>Show chunks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tags…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take out of the base</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No program opens “%1”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its text is shown with its chunks.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tags of “%1”, with commas between them</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Tags of %n documents, with commas between them</source>
        <translation>
            <numerusform>Tags of %n document, with commas between them</numerusform>
            <numerusform>Tags of %n documents, with commas between them</numerusform>
        </translation>
    </message>
    <message>
        <source>Tags</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” is out of the base.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n documents are out of the base.</source>
        <translation>
            <numerusform>%n document is out of the base.</numerusform>
            <numerusform>%n documents are out of the base.</numerusform>
        </translation>
    </message>
    <message>
        <source>The files stay. In a folder that was added, the next sync reads them again unless they are moved.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file stays.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Documents</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find by name, type or tag</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find documents</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop files or folders here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose files…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::DocumentsModel</name>
    <message>
        <source>indexed</source>
        <extracomment>State of a document: it can be found and is as its file</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>changed since it was read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>its file is gone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>could not be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>being read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>failed</source>
        <extracomment>Of a document that could not be read, where else the number of its chunks stands</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Document</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chunks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tags</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::EndpointsCard</name>
    <message>
        <source>vectors of %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>texts of %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name, address and model are needed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is an endpoint of this name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The key is needed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Test</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep the key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Asking the server…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gives vectors of %1 numbers, after %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Answers “%1”, the first word after %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The keychain has the key for %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove “%1”?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the endpoint “%1”?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is taken off the record, and its key out of the keychain. Its server is not told.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Endpoints</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Servers with OpenAI&apos;s interface that write texts or give vectors: on this machine, in your network, or of a provider.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Servers with OpenAI&apos;s interface belong to a workspace: open one to add them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add an endpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Test the endpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Key…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the endpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Address</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model, as the server calls it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gives vectors, not texts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Key, if the server wants one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is kept in the keychain of your desktop, never in the workspace.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name of the endpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Address of the server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop the test</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::EvaluationCard</name>
    <message>
        <source>%1 of %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Working…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n question(s)</source>
        <translation>
            <numerusform>%n question</numerusform>
            <numerusform>%n questions</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chunk(s)</source>
        <translation>
            <numerusform>%n chunk</numerusform>
            <numerusform>%n chunks</numerusform>
        </translation>
    </message>
    <message>
        <source>Best for these questions: chunks of %1 tokens with an overlap of %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How well does it find?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop questions with known answers here: a BEIR folder or a SQuAD file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SQuAD questions (*.json);;All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder or file with the questions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Questions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Questions to ask</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try chunk sizes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measures recall@5 for several chunk sizes and overlaps; the base stays as it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recall by number of hits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>hits k</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>recall@k</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No measurement yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>hybrid</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dense</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>lexical</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recall@5 by chunk size and overlap</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>chunk size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>overlap</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::ExamplesModel</name>
    <message>
        <source>Text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Label</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Part</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Line</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::ExportCard</name>
    <message>
        <source>Hugging Face folder, weights as stored</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hugging Face folder, weights in %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GGUF file for llama.cpp, weights in %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export to a file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GGUF files (*.gguf)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export to a new folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Written to %1 (%2). A second process opened it and gave the same for %3 prompts.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What rounding the weights costs: a mean KL divergence of %1 nats from the source.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export “%1”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Form of the export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Place of the export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A note of the export: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is something at this place already, and nothing is written over. Choose another.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress of the export</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::HitList</name>
    <message>
        <source>%1 · page %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cosine %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>BM25 %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Words: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dense #%1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>lexical #%1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::ImportCard</name>
    <message>
        <source>A name has 1 to 100 bytes, no slash, no invisible character, no blank at either end, and does not begin with a dot or a dash.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is fetched and checked. What is cancelled goes on the next time where it ended.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is checked and copied into the workspace.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is checked and copied into this user&apos;s models.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import a model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name of the model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::ImportPanel</name>
    <message>
        <source>Reading the file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n rows would be left out</source>
        <translation>
            <numerusform>%n row would be left out</numerusform>
            <numerusform>%n rows would be left out</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 rows read as %2: %3 accepted, %4 left out, %5 labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file cannot be imported like this.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A name is needed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is a data set of this name. Choose another, or add the file to one part of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The shares add up to %1 %, not to 100 %.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the problems</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name of the data set</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text is in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Label is in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Column of the text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Column of the label</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The first row names the columns</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First rows of the file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Split by shares</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whole file into one part</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Part that takes the file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>train · dev · test</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of the training rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of the dev rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of the test rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seed of the split</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rows that would be left out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the problems</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress of the import</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The import was stopped; nothing of it was stored.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::JobWorker</name>
    <message>
        <source>The distillation was not started: its teacher &quot;%1&quot; did not finish.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No workspace is open.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open or create one first.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::JobsModel</name>
    <message>
        <source>waits for its teacher</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 · %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Job</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Done</source>
        <extracomment>Column of how much of a job is done</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Actions</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::JobsPanel</name>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Space pauses or resumes, Delete cancels or removes, Return opens the run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the run &quot;%1&quot;?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its folder with checkpoints and predictions is deleted. This cannot be undone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its folder and the model &quot;%1&quot; that it made are deleted. This cannot be undone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only the record of the run is deleted; the knowledge base &quot;%1&quot; stays as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No job has run here yet. What trains, measures or reads documents shows up here, with its rate and the time it still needs.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::KnowledgePage</name>
    <message>
        <source>fresh %1 s ago</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fresh %1 min ago</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fresh at %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Knowledge</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Knowledge · %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No knowledge base yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A knowledge base makes files and folders searchable: by words, by meaning, and by both. Its documents, chunks and how well it finds will be seen here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make a knowledge base…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No workspace is open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open or make one first; knowledge bases lie in it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No knowledge base in this workspace yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This base cannot be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n documents</source>
        <translation>
            <numerusform>%n document</numerusform>
            <numerusform>%n documents</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chunks</source>
        <translation>
            <numerusform>%n chunk</numerusform>
            <numerusform>%n chunks</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n failed</source>
        <translation>
            <numerusform>%n failed</numerusform>
            <numerusform>%n failed</numerusform>
        </translation>
    </message>
    <message>
        <source>being brought into step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>files have changed since</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>watching %n folders</source>
        <translation>
            <numerusform>watching %n folder</numerusform>
            <numerusform>watching %n folders</numerusform>
        </translation>
    </message>
    <message>
        <source>watching its files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take a snapshot…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Roll back to it…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget it…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget “%1”…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No workspace is open.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Re-embed “%1”</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Documents, chunks and edits stay. %n chunks get new vectors; the old ones answer until all are made.</source>
        <translation>
            <numerusform>Documents, chunks and edits stay. %n chunk gets a new vector; the old one answers until it is made.</numerusform>
            <numerusform>Documents, chunks and edits stay. %n chunks get new vectors; the old ones answer until all are made.</numerusform>
        </translation>
    </message>
    <message>
        <source>Take a snapshot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Documents, chunks and edits become what they were. What came since is lost unless a snapshot holds it: take one first to be able to come back. The files stay, and the next sync goes on from there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Roll “%1” back to “%2”?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Roll back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The base as it is now stays. What only this snapshot held cannot be brought back any more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget the snapshot “%1”?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n documents go out of the base, with their edits and tags, and it is not synced any more. The files stay.</source>
        <translation>
            <numerusform>%n document goes out of the base, with its edits and tags, and it is not synced any more. The file stays.</numerusform>
            <numerusform>%n documents go out of the base, with their edits and tags, and it is not synced any more. The files stay.</numerusform>
        </translation>
    </message>
    <message>
        <source>Forget “%1”?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename the knowledge base</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New name</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n edited or switched-off chunks</source>
        <translation>
            <numerusform>%n edited or switched-off chunk</numerusform>
            <numerusform>%n edited or switched-off chunks</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n snapshots</source>
        <translation>
            <numerusform>%n snapshot</numerusform>
            <numerusform>%n snapshots</numerusform>
        </translation>
    </message>
    <message>
        <source>Lost are %1: %2 in all. The files it was made from stay.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete the knowledge base “%1”?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add documents…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Evaluate…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Base</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What can be done with the base</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Knowledge base</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The knowledge base in sight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sync now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Watch its files and folders</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Evaluate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Snapshots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Added files and folders</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Re-embed with…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New base…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::LabelsEditor</name>
    <message>
        <source>Describe “%1”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Label</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What it means (zero-shot compares texts with this)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Labels and what they mean</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::LeafBox</name>
    <message>
        <source>Recommended</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::LogModel</name>
    <message>
        <source>Time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Level</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>debug</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>info</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>warning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>error</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::LogPanel</name>
    <message>
        <source>All</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Info and above</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Warnings and errors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Errors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lowest level shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Words to look for in the log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the selected lines, or all that are shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::MainWindow</name>
    <message>
        <source>The engine process ended: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The engine process ended unexpectedly and was started again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What you typed is kept. Repeat the last action; the log has the details.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;%1&quot;: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The job &quot;%1&quot; failed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n job(s) were interrupted before they ended.</source>
        <translation>
            <numerusform>%n job was interrupted before it ended.</numerusform>
            <numerusform>%n jobs were interrupted before they ended.</numerusform>
        </translation>
    </message>
    <message>
        <source>They go on from their last checkpoint, with the same result as if nothing had happened.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data set</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run · %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No workspace is open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A workspace is a folder that keeps your data sets, runs and decisions together. Open one, or make a new one in an empty folder; then a labelled file is all it takes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a workspace…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 – Triptych</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Triptych did not get going the last two times, so it started without its saved state.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Window layout and unsaved form fields are at their defaults. Workspaces and runs are untouched.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New workspace…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open workspace…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the workspace&apos;s folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close workspace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read everything anew</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Command palette…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause or resume the selected job</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel or remove the selected job</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the selected job&apos;s run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel all jobs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show jobs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Theme of the system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch between light and dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the menu</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>About Triptych</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Triptych measures retrieval, fine-tuning and distillation on your own labelled data, on the same rows, and says which to use and why. Free software under the GNU General Public License, version 3 or later.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose an empty folder for the new workspace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a workspace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no workspace in &quot;%1&quot;.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make one there, or open another folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make a workspace there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The engine process does not start.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is tried again at the next question. Set TRIPTYCH_ENGINE to the path of triptych-engine if it lies elsewhere; the log has the details.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Knowledge base</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::MapCard</name>
    <message>
        <source>query</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PC 1 (%1 of the variance)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PC 2 (%1 of the variance)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 of %2 chunks. Points that lie near each other are alike as far as a plane can show it; ringed ones are hits.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drawing…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Press Draw to see the chunks as points, near each other where they are alike.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Map of the chunks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A query to draw in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draw</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::MapChart</name>
    <message numerus="yes">
        <source>%n other(s)</source>
        <translation>
            <numerusform>%n other</numerusform>
            <numerusform>%n others</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>triptych::ui::ModelsPage</name>
    <message>
        <source>encoder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>classifier</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>encoder and decoder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>folder missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>of this user</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>of this workspace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>made by a run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No models yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n models</source>
        <translation>
            <numerusform>%n model</numerusform>
            <numerusform>%n models</numerusform>
        </translation>
    </message>
    <message>
        <source>Kind</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 in %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shape</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 layers of %2, %3 heads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Vocabulary</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Longest text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokenizer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>yes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none: only token ids can be given</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about %1 in float32</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The weights alone. A batch of texts adds to it, training three times as much again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sentence vector</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, length 1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Licence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not stated in its folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size on disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading the weights&apos; header…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n tensors</source>
        <translation>
            <numerusform>%n tensor</numerusform>
            <numerusform>%n tensors</numerusform>
        </translation>
    </message>
    <message>
        <source>There is a model of this name. Choose another, or remove that one first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove “%1”?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the model “%1”?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its folder is deleted: %1. Runs that rest on it cannot be opened any more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its name is taken out of the workspace; the run that made it keeps its folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import a folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: %2 (%3, %4)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Get…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fetch one of the small models that are known</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>decoder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mean of all tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>first token</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>largest of all tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop a model folder here (config.json, safetensors weights, tokenizer) or a GGUF file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import a Hugging Face or PEFT folder with safetensors weights, or a GGUF file. What it is made of will be seen here, and it can be tried.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is an endpoint of this name. Choose another.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write the model for other programs: a Hugging Face folder or a GGUF file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Adapter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, rank %2, alpha %3, %4 parameters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Base model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An export runs. The next one can begin when it is done or cancelled.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>endpoint: gives vectors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>endpoint: writes texts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Address</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>from the keychain, if it has one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>from %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 in the environment goes before the keychain.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 numbers</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::NodeBox</name>
    <message>
        <source>Measure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::OverviewPage</name>
    <message>
        <source>Overview</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not measured</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading the workspace…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 · %2 classes · %3 training rows · %4 test rows, the same for all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 of the rows are Chinese, and %2 was trained on English.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Why %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is measured yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>confidence %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure the techniques on the same test rows; the recommendation and its reasons appear here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What would flip it: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure all</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Cancel (%n left)</source>
        <translation>
            <numerusform>Cancel (%n left)</numerusform>
            <numerusform>Cancel (%n left)</numerusform>
        </translation>
    </message>
    <message>
        <source>Zero-shot, retrieve, fine-tune head, fine-tune all weights and distil, one after the other</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancels what runs and what waits on this data set</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 · measuring %2 · %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The label of the nearest labelled rows, with those rows as the reason. Nothing is trained.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure retrieval</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The encoder learns your labels. Accuracy, latency and size will stand here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure fine-tuning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A small student learns from the fine-tuned model, and is measured against one without a teacher.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure distillation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure zero-shot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open run ›</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the run of %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>See the decision path</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export report…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quality against latency</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>p50 latency</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>accuracy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each measured technique becomes a point: accuracy upwards, the time of one answer to the right.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No data yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop a labelled file on the Data page; the three techniques are then measured side by side here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 was trained on both. As the base it makes what is measured from now on slower and much better on Chinese rows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 was trained on both, and the Models page fetches it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use it as the base</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::ProblemsModel</name>
    <message>
        <source>Line</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Field</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reason</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::QualityCard</name>
    <message>
        <source>Documents</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chunks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Characters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Types</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>unknown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Languages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shortest chunk</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n token(s)</source>
        <translation>
            <numerusform>%n token</numerusform>
            <numerusform>%n tokens</numerusform>
        </translation>
    </message>
    <message>
        <source>Longest chunk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No chunks say the same.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n group(s) of chunks that say the same or nearly so:</source>
        <translation>
            <numerusform>%n group of chunks that say the same or nearly so:</numerusform>
            <numerusform>%n groups of chunks that say the same or nearly so:</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 × %2 · %3: %4</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the same</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every vector is compared (%1 a query), so the index loses nothing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The index finds %1 of what comparing every vector finds (%2 questions), in %3 instead of %4 a query.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What it is made of</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Length of the chunks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>chunks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No chunks yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find duplicates</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure the index</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much of what comparing every vector finds the vector index finds too</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Groups of duplicates</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::Rail</name>
    <message>
        <source>Pages</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::Ring</name>
    <message>
        <source>running</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::RunMonitor</name>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::RunPage</name>
    <message>
        <source>%1 · accuracy %2 on the test rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No run yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No workspace is open.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no data set yet. Import one on the Data page.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1” has no training rows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A setting is out of range.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open settings…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save settings…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Preset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quick</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Standard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Thorough</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Own</source>
        <extracomment>Settings that match no preset</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name of the result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>by itself</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Estimate before the start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Earlier runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runs of this page are listed here with what they reached.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::RunsModel</name>
    <message>
        <source>Accuracy minus the accuracy of the selected run, or of the best one, in points</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Δ points</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Macro F1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calibration error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>p50</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>p95</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Build</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trainable</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Made</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::SearchCard</name>
    <message numerus="yes">
        <source>%n chunk(s)</source>
        <translation>
            <numerusform>%n chunk</numerusform>
            <numerusform>%n chunks</numerusform>
        </translation>
    </message>
    <message>
        <source>every vector compared (below %1 chunks)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>by the vector index (from %1 chunks on)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type a question or a few words. Each hit shows where it stands, which words match, and its rank by meaning and by words.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was found. Ask why below, or take a filter away.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search in the documents</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hybrid</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dense</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lexical</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Way to search</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only documents that begin with…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only with the tag…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hits at most</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Why was it not found?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hits: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::SelectionPage</name>
    <message>
        <source>Change an answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Decide</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 · recommended: %2 · confidence %3 (%4 measured, %5 entered)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter how often it changes…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter a limit…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear my answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export report…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runs the techniques that this data set has no measurement of</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Redo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your answers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trade-offs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Why</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What would flip it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing to decide yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With a data set, the tree shows which technique fits and what each answer rests on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add data</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::SettingsForm</name>
    <message>
        <source>A whole number from %1 to %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A number from %1 to %2.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::ShortcutSheet</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In the Jobs table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause or resume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel or remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open run</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::StatusStrip</name>
    <message numerus="yes">
        <source>CPU · %n thread(s)</source>
        <translation>
            <numerusform>CPU · %n thread</numerusform>
            <numerusform>CPU · %n threads</numerusform>
        </translation>
    </message>
    <message>
        <source>offline</source>
        <extracomment>Triptych makes no network connections of its own</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing leaves this machine.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>engine starts on first use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>engine starting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>engine ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>engine restarting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>memory %1 of %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::TechniqueCard</name>
    <message>
        <source>Recommended</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open run ›</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the run of %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accuracy on the test rows: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>p50 / p95</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time of one answer: median and 95th percentile</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bytes of everything needed to serve it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Build</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training and indexing, without the measurement</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of its teacher</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>keeps %1, %2 faster</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accuracy against the teacher&apos;s on the same rows, and the ratio of their median times</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::TensorsModel</name>
    <message>
        <source>Part</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shape</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::TopBar</name>
    <message>
        <source>No workspace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All actions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Workspace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search actions, data, runs…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the command palette</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Theme</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::TrainingPage</name>
    <message>
        <source>Fine-tune</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no base model in the workspace or in the data folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>iteration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What learns</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Head</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Base model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Epochs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Batch size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Longest text, tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Warm-up, share of steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weight decay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clip gradients at norm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps between dev looks (0: an epoch)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inverse regularisation C</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>by dev rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nats</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>train</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dev</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>train smoothed, raw beneath</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The loss on training and dev rows is drawn here while a run learns.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>accuracy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fraction</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accuracy on the dev rows is drawn here after each look.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How the learning rate rises and falls.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradient norm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>norm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A norm that jumps asks for a lower learning rate.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>by the method</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop after dev looks without gain (0: never)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::TreeView</name>
    <message>
        <source>not measured</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Decision tree, recommended: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>yes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>then</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recommended: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::TryModelCard</name>
    <message>
        <source>%1 tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 written, %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>first after %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stopped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cosine %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How near the two are in meaning: 1 is the same, 0 has nothing in common.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the model writes, the likeliest word each time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The labels with their scores, best first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Second text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A question, or the beginning of a text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A text to label</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Label</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::TryTextCard</name>
    <message>
        <source>confidence %1 · %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no sources: the answer is in the weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try a text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type a message as a customer would</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text to try</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measured models answer here side by side, with the rows or descriptions they rest on.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>triptych::ui::WhyCard</name>
    <message>
        <source>In the base</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Within one chunk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switched on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Embedded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shares words</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Near in meaning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Found by the index</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Among the hits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let through</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is there; a newer version waits for its vectors. Sync to finish it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The document is there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no such document in the base. Add its file or its folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no such document in the base. Did you mean %1? Else add its file or its folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its text was read: %1 characters.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It has no text. A scanned page needs its text recognised before it is added.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was asked is cut apart by chunk edges: the best chunk holds %1 of it. Take larger chunks, or more overlap.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The best chunk holds %1 of what was asked; the rest is in a neighbour.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It has no chunk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chunk %1 of %2 says it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chunk %1 is switched off. Switch it on in the chunks of the document.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The chunk may be found.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It has a vector of %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its vector is still to be made (%1 chunks wait). Sync the base.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 of %2 words of the query stand in it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The base does not know: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search by meaning, or with words of the document.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By meaning it is number %1 of %2 (cosine %3, the best %4).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The embedder does not see it near: ask otherwise, or try another embedder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every vector is compared, so nothing gets lost here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The graph misses it. A thorough index, or a higher ef, finds more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The graph finds it at %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is hit %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is number %1, and only %2 hits were asked for. Ask for more hits.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is not among the %1 candidates.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No filter takes it out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is too like a better hit. Ask for less diversity.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The filter &quot;%1&quot; takes it out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;%1&quot; is found: hit %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;%1&quot;: no rung is broken.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;%1&quot; is lost at: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Why was it not found?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Asked: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The document that should have been found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
