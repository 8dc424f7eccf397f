"""What is played with, and the animals."""

MOTIFS: dict[str, str] = {
    "doll": (
        '<path d="M200 62c58 0 78 44 70 86 42 26 52 80 40 128-8 34-40 54-110 54s-102-20-110-54c-12-48-2-102 '
        '40-128-8-42 12-86 70-86z" fill="{f}"/>'
        '<circle cx="200" cy="126" r="44" fill="#f7d9c0"/>'
        '<path d="M156 126c0-60 88-60 88 0-20-24-68-24-88 0z" fill="#7a4d35"/>'
        '<circle cx="186" cy="132" r="5" fill="#3b2a25"/><circle cx="214" cy="132" r="5" fill="#3b2a25"/>'
        '<path d="M190 148q10 9 20 0" fill="none" stroke="#c0535a" stroke-width="5" stroke-linecap="round"/>'
        '<ellipse cx="200" cy="250" rx="56" ry="60" fill="{p}"/><g fill="{a}"><circle cx="200" cy="226" r="15"/>'
        '<circle cx="178" cy="248" r="15"/><circle cx="222" cy="248" r="15"/><circle cx="200" cy="268" r="15"/>'
        '</g><circle cx="200" cy="248" r="11" fill="{d}"/>'
    ),
    "jigsaw": (
        '<path d="M84 98h84c-20-44 84-44 64 0h84v84c44-20 44 84 0 64v84h-84c20-44-84-44-64 0H84v-84c44 20 44-84 '
        '0-64z" fill="{d}" transform="translate(0 6)"/>'
        '<path d="M84 98h84c-20-44 84-44 64 0h84v84c44-20 44 84 0 64v84h-84c20-44-84-44-64 0H84v-84c44 20 44-84 '
        '0-64z" fill="{f}"/>'
        '<path d="M108 122h34" stroke="#fff" stroke-width="11" stroke-linecap="round" opacity=".5"/>'
        '<circle cx="200" cy="206" r="24" fill="{a}"/>'
    ),
    "dominoes": (
        '<g transform="rotate(-16 160 200)"><rect x="92" y="80" width="120" height="230" rx="18" fill="{d}"/>'
        '<rect x="92" y="74" width="120" height="230" rx="18" fill="#fffaf0"/>'
        '<path d="M108 188h88" stroke="{d}" stroke-width="6"/><g fill="{m}"><circle cx="124" cy="108" r="12"/>'
        '<circle cx="180" cy="156" r="12"/><circle cx="152" cy="132" r="12"/><circle cx="124" cy="224" r="12"/>'
        '<circle cx="180" cy="272" r="12"/></g></g><g transform="rotate(18 270 220)">'
        '<rect x="214" y="128" width="104" height="196" rx="16" fill="{f}"/>'
        '<path d="M228 226h76" stroke="{p}" stroke-width="6"/><circle cx="266" cy="178" r="13" fill="{p}"/>'
        '<circle cx="244" cy="256" r="13" fill="{p}"/><circle cx="288" cy="296" r="13" fill="{p}"/></g>'
    ),
    "blocks": (
        '<rect x="66" y="206" width="124" height="124" rx="12" fill="{f}"/>'
        '<rect x="210" y="206" width="124" height="124" rx="12" fill="{a}"/>'
        '<rect x="138" y="76" width="124" height="124" rx="12" fill="{d}"/>'
        '<path d="M200 108l14 28 32 4-23 22 6 31-29-16-29 16 6-31-23-22 32-4z" fill="{p}"/>'
        '<circle cx="272" cy="268" r="34" fill="{p}"/>'
        '<path d="M128 300c-34-22-42-34-42-46 0-20 28-26 42-6 14-20 42-14 42 6 0 12-8 24-42 46z" fill="{p}"/>'
    ),
    "slate": (
        '<rect x="74" y="72" width="252" height="258" rx="24" fill="{f}"/>'
        '<rect x="102" y="100" width="196" height="166" rx="8" fill="#fffdf7"/>'
        '<path d="M132 220c20-70 40-70 50-30s32 30 40-10 30-50 48-30" fill="none" stroke="{d}" stroke-width="8" '
        'stroke-linecap="round"/>'
        '<circle cx="140" cy="298" r="15" fill="{a}"/><circle cx="184" cy="298" r="15" fill="{p}"/>'
        '<path d="M306 110l34 150" stroke="{a}" stroke-width="15" stroke-linecap="round"/>'
        '<path d="M336 256l16-4-4 28z" fill="#3b3436"/>'
    ),
    "harmonica": (
        '<rect x="46" y="136" width="308" height="128" rx="30" fill="{d}"/>'
        '<rect x="46" y="128" width="308" height="128" rx="30" fill="{f}"/>'
        '<path d="M76 172h248v40H76z" fill="#fffaf0"/><g fill="{d}">'
        '<path d="M84 178h24v28H84zM120 178h24v28h-24zM156 178h24v28h-24zM192 178h24v28h-24zM228 '
        '178h24v28h-24zM264 178h24v28h-24zM296 178h20v28h-20z"/>'
        '</g><path d="M270 92V44l40-10v46" fill="none" stroke="{a}" stroke-width="8"/>'
        '<circle cx="258" cy="94" r="14" fill="{a}"/><circle cx="298" cy="82" r="14" fill="{a}"/>'
    ),
    "glider": (
        '<path d="M46 232l306-60c14-2 18 10 8 18l-112 66-190 12z" fill="{p}"/>'
        '<path d="M46 232l306-60-92 60z" fill="{m}"/><path d="M170 222L92 96l52-14 112 128z" fill="{f}"/>'
        '<path d="M210 232l-36 98 38-6 70-106z" fill="{d}"/><path d="M74 230l-34-64 28-6 54 60z" fill="{a}"/>'
        '<path d="M300 122q24-24 52-20M320 86q12-12 28-12" fill="none" stroke="{d}" stroke-width="6" '
        'stroke-linecap="round" opacity=".35"/>'
    ),
    "top": (
        '<path d="M192 52h16v66h-16z" fill="{d}"/><circle cx="200" cy="52" r="17" fill="{a}"/>'
        '<path d="M80 168c0-34 54-58 120-58s120 24 120 58c0 56-76 96-112 146-4 8-12 8-16 '
        '0-36-50-112-90-112-146z" fill="{f}"/>'
        '<ellipse cx="200" cy="168" rx="120" ry="26" fill="{d}" opacity=".3"/>'
        '<path d="M88 196c56 30 168 30 224 0" fill="none" stroke="{a}" stroke-width="13"/>'
        '<path d="M66 316q30 18 70 14M334 316q-30 18-70 14" fill="none" stroke="{d}" stroke-width="6" '
        'stroke-linecap="round" opacity=".4"/>'
    ),
    "skittles": (
        '<g fill="{f}"><path d="M84 330c-24-60 10-84 12-120-14-40 60-40 46 0 2 36 36 60 12 120z"/>'
        '<path d="M246 330c-24-60 10-84 12-120-14-40 60-40 46 0 2 36 36 60 12 120z"/></g>'
        '<path d="M162 330c-28-72 12-102 14-144-18-56 66-56 48 0 2 42 42 72 14 144z" fill="{m}"/>'
        '<path d="M96 222h46M258 222h46M176 200h48" stroke="{p}" stroke-width="11"/>'
        '<circle cx="326" cy="304" r="27" fill="{a}"/>'
    ),
    "globe": (
        '<path d="M200 52a134 134 0 0 1 60 254" fill="none" stroke="{d}" stroke-width="11" '
        'stroke-linecap="round"/>'
        '<path d="M200 300v22M140 330c0-18 120-18 120 0z" stroke="{d}" stroke-width="11" fill="{d}"/>'
        '<circle cx="194" cy="178" r="108" fill="#7fb6d6"/>'
        '<path d="M120 130c20-30 70-40 84-20s-20 30-8 50-30 40-52 34-40-30-24-64zM216 190c30-20 62-10 70 6s-20 '
        '60-44 62-36-18-28-34-10-24 2-34z" fill="{m}"/>'
        '<path d="M118 168c4-30 20-50 42-62" fill="none" stroke="#fff" stroke-width="10" stroke-linecap="round" '
        'opacity=".5"/>'
    ),
    "horse": (
        '<path d="M58 296c70 46 214 46 284 0" fill="none" stroke="{d}" stroke-width="17" stroke-linecap="round"/>'
        '<path d="M106 310l20-110c-30 4-46 24-50 50-14-50 10-86 58-88h72l44-86 14 22c34 14 50 44 58 72l-30 '
        '18-38-18c-6 46-14 80-4 140h-30l-14-76h-48l-24 76z" fill="{f}"/>'
        '<path d="M250 76c-34 10-50 46-54 86l-22 0c0-50 26-86 76-86z" fill="{a}"/>'
        '<path d="M156 160h58l-8 40h-46z" fill="{a}"/><circle cx="276" cy="118" r="7" fill="#2e2a2a"/>'
    ),
    "rabbit": (
        '<path d="M158 148C130 60 148 34 168 42c24 10 26 62 24 100zM242 148c28-88 10-114-10-106-24 10-26 62-24 '
        '100z" fill="{f}"/>'
        '<path d="M166 128c-12-44-8-66 0-64s12 40 10 66zM234 128c12-44 8-66 0-64s-12 40-10 66z" fill="{a}" '
        'opacity=".6"/>'
        '<ellipse cx="200" cy="190" rx="82" ry="72" fill="{m}"/>'
        '<path d="M112 330c0-64 40-84 88-84s88 20 88 84z" fill="{f}"/>'
        '<circle cx="172" cy="182" r="8" fill="#2e2a2a"/><circle cx="228" cy="182" r="8" fill="#2e2a2a"/>'
        '<path d="M190 202h20l-10 12z" fill="{a}"/>'
        '<path d="M200 214v10M200 224q-14 12-24 2M200 224q14 12 24 2" fill="none" stroke="#2e2a2a" '
        'stroke-width="5" stroke-linecap="round"/>'
        '<ellipse cx="200" cy="300" rx="44" ry="30" fill="{p}"/>'
    ),
    "owl": (
        '<path d="M112 112c-8-26-4-44 4-50 14 22 44 30 84 30s70-8 84-30c8 6 12 24 4 50 24 40 26 218-88 218S88 '
        '152 112 112z" fill="{f}"/>'
        '<ellipse cx="200" cy="256" rx="56" ry="62" fill="{p}"/>'
        '<path d="M172 232q14 14 28 0 14 14 28 0M172 262q14 14 28 0 14 14 28 0" fill="none" stroke="{d}" '
        'stroke-width="6"/>'
        '<circle cx="160" cy="154" r="38" fill="#fffdf7"/><circle cx="240" cy="154" r="38" fill="#fffdf7"/>'
        '<circle cx="164" cy="156" r="17" fill="#3b2f2b"/><circle cx="236" cy="156" r="17" fill="#3b2f2b"/>'
        '<path d="M186 178h28l-14 26z" fill="{a}"/>'
    ),
    "cat": (
        '<path d="M112 150L104 58l70 44h52l70-44-8 92z" fill="{f}"/>'
        '<ellipse cx="200" cy="168" rx="98" ry="82" fill="{m}"/>'
        '<path d="M120 330c-14-80 30-100 80-100s94 20 80 100z" fill="{f}"/>'
        '<path d="M280 320c60 0 66-60 34-72" fill="none" stroke="{d}" stroke-width="20" stroke-linecap="round"/>'
        '<circle cx="164" cy="160" r="11" fill="#2e2a2a"/><circle cx="236" cy="160" r="11" fill="#2e2a2a"/>'
        '<path d="M190 184h20l-10 12z" fill="{a}"/>'
        '<path d="M76 178l50 8M78 208l48-6M324 178l-50 8M322 208l-48-6M200 196v10M200 206q-12 12-22 2M200 206q12 '
        '12 22 2" fill="none" stroke="{d}" stroke-width="5" stroke-linecap="round"/>'
    ),
    "duck": (
        '<path d="M82 214c50 10 70 4 92-30-30-80 80-110 100-40l44 16c4 10-20 20-40 20-4 24 44 46 34 92-8 38-52 '
        '48-104 48-80 0-122-42-126-106z" fill="{f}"/>'
        '<path d="M272 144l46 16c4 10-20 20-42 20z" fill="#ee9a3a"/>'
        '<circle cx="240" cy="142" r="8" fill="#2e2a2a"/>'
        '<path d="M136 244c40-20 84-12 104 12-24 40-84 36-104-12z" fill="{d}" opacity=".55"/>'
        '<path d="M190 318v12M226 318v12" stroke="#ee9a3a" stroke-width="10" stroke-linecap="round"/>'
    ),
    "marbles": (
        '<path d="M112 150c-34 60-50 180 0 180h176c50 0 34-120 0-180z" fill="#fff" opacity=".6"/>'
        '<path d="M128 138h144l26-60-34 14-30-22-34 22-34-22-30 22-34-14z" fill="{f}"/>'
        '<path d="M122 136h156v20H122z" fill="{a}"/><g><circle cx="140" cy="292" r="32" fill="{m}"/>'
        '<circle cx="204" cy="296" r="30" fill="{a}"/><circle cx="264" cy="290" r="32" fill="{d}"/>'
        '<circle cx="172" cy="236" r="31" fill="#6fa9c9"/><circle cx="236" cy="232" r="31" fill="{m}"/>'
        '<circle cx="204" cy="184" r="26" fill="#eebf4d"/></g>'
        '<path d="M128 280q16 8 22 24M160 226q16 6 22 22M250 280q18 6 24 22M194 176q12 4 18 16" fill="none" '
        'stroke="#fff" stroke-width="6" stroke-linecap="round" opacity=".8"/>'
    ),
    "mushroom": (
        '<path d="M160 206h80c0 50 26 92 30 124H130c4-32 30-74 30-124z" fill="#fff6e6"/>'
        '<path d="M60 216c0-96 64-150 140-150s140 54 140 150c0 22-280 22-280 0z" fill="{m}"/><g fill="{p}">'
        '<circle cx="140" cy="162" r="21"/><circle cx="214" cy="122" r="18"/><circle cx="268" cy="180" r="23"/>'
        '<circle cx="198" cy="194" r="12"/></g>'
        '<path d="M60 216c0 22 280 22 280 0-60 14-220 14-280 0z" fill="{d}" opacity=".5"/>'
    ),
    "house": (
        '<path d="M92 186h216v144H92z" fill="{f}"/>'
        '<path d="M200 62l140 116-18 20L200 98 78 198l-18-20z" fill="{d}"/>'
        '<path d="M92 186L200 98l108 88z" fill="{m}"/>'
        '<rect x="176" y="238" width="54" height="92" rx="6" fill="{a}"/>'
        '<rect x="112" y="216" width="44" height="44" fill="#fffdf7"/>'
        '<rect x="248" y="216" width="44" height="44" fill="#fffdf7"/>'
        '<path d="M134 216v44M112 238h44M270 216v44M248 238h44" stroke="{d}" stroke-width="5"/>'
        '<circle cx="200" cy="164" r="18" fill="#fffdf7"/>'
    ),
}
