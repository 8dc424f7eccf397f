"""What is carried, worn or sewn."""

MOTIFS: dict[str, str] = {
    "bag": (
        '<path d="M148 152c0-110 104-110 104 0" fill="none" stroke="{d}" stroke-width="15"/>'
        '<path d="M96 144h208l18 172c1 8-4 14-12 14H90c-8 0-13-6-12-14z" fill="{f}"/>'
        '<path d="M96 144h208l4 32H92z" fill="{d}" opacity=".4"/>'
        '<path d="M108 196l-8 108" stroke="#fff" stroke-width="11" stroke-linecap="round" opacity=".4"/>'
        '<circle cx="148" cy="160" r="8" fill="{a}"/><circle cx="252" cy="160" r="8" fill="{a}"/>'
    ),
    "lunchbag": (
        '<path d="M160 112c0-50 80-50 80 0" fill="none" stroke="{d}" stroke-width="13"/>'
        '<path d="M104 106h192v210a14 14 0 0 1-14 14H118a14 14 0 0 1-14-14z" fill="{f}"/>'
        '<path d="M104 106h192v58H104z" fill="{d}"/><path d="M104 164h192v10H104z" fill="{p}" opacity=".7"/>'
        '<rect x="178" y="148" width="44" height="34" rx="8" fill="{a}"/>'
        '<path d="M104 330l40-120-40-30zM296 330l-40-120 40-30z" fill="{d}" opacity=".16"/>'
    ),
    "handbag": (
        '<path d="M140 156c0-96 120-96 120 0" fill="none" stroke="{d}" stroke-width="14"/>'
        '<path d="M104 150h192c10 0 16 6 20 14 30 60 36 166-16 166H100c-52 0-46-106-16-166 4-8 10-14 20-14z" '
        'fill="{f}"/>'
        '<path d="M98 150h204c20 60-30 92-102 92s-122-32-102-92z" fill="{d}" opacity=".35"/>'
        '<circle cx="200" cy="240" r="19" fill="{a}"/>'
        '<path d="M116 260c0 20 2 34 8 46" fill="none" stroke="#fff" stroke-width="10" stroke-linecap="round" '
        'opacity=".45"/>'
    ),
    "purse": (
        '<path d="M92 172c-46 60-40 158 18 158h180c58 0 64-98 18-158z" fill="{f}"/>'
        '<path d="M84 176c0-70 232-70 232 0" fill="none" stroke="{d}" stroke-width="17"/>'
        '<path d="M80 170h240v18H80z" fill="{d}"/><circle cx="186" cy="112" r="17" fill="{a}"/>'
        '<circle cx="214" cy="112" r="17" fill="{a}"/>'
        '<path d="M112 216c-10 26-12 50-6 72" fill="none" stroke="#fff" stroke-width="11" stroke-linecap="round" '
        'opacity=".5"/>'
    ),
    "case": (
        '<path d="M156 124c0-52 88-52 88 0" fill="none" stroke="{d}" stroke-width="14"/>'
        '<rect x="62" y="120" width="276" height="204" rx="22" fill="{f}"/>'
        '<path d="M106 120h30v204h-30zM264 120h30v204h-30z" fill="{d}" opacity=".75"/>'
        '<rect x="178" y="178" width="44" height="54" rx="8" fill="{a}"/>'
        '<path d="M62 200h276" stroke="{d}" stroke-width="7"/>'
    ),
    "passport": (
        '<rect x="104" y="62" width="204" height="268" rx="16" fill="{d}"/>'
        '<rect x="96" y="58" width="204" height="268" rx="16" fill="{f}"/>'
        '<circle cx="198" cy="156" r="54" fill="{p}"/><g fill="none" stroke="{d}" stroke-width="6">'
        '<circle cx="198" cy="156" r="54"/>'
        '<path d="M198 102c-34 34-34 74 0 108M198 102c34 34 34 74 0 108M146 156h104"/></g>'
        '<path d="M146 252h104M166 280h64" stroke="{p}" stroke-width="11" stroke-linecap="round"/>'
    ),
    "umbrella": (
        '<path d="M200 190v112a28 28 0 0 0 56 0" fill="none" stroke="{d}" stroke-width="13" '
        'stroke-linecap="round"/>'
        '<path d="M200 54v24" stroke="{d}" stroke-width="9" stroke-linecap="round"/>'
        '<path d="M46 212C50 116 120 70 200 70s150 46 154 142c-22-26-52-26-77 0-24-28-54-28-77 0-24-28-54-28-77 '
        '0-24-26-54-26-77 0z" fill="{f}"/>'
        '<path d="M200 70c-50 34-74 84-77 142M200 70c50 34 74 84 77 142M200 70v142" fill="none" stroke="{d}" '
        'stroke-width="5" opacity=".5"/>'
    ),
    "fan": (
        '<path d="M200 316L44 166C92 76 308 76 356 166z" fill="{f}"/>'
        '<path d="M200 316L44 166M200 316L92 122M200 316L152 102M200 316V98M200 316l48-214M200 316l108-194M200 '
        '316l156-150" stroke="{d}" stroke-width="5" opacity=".6"/>'
        '<path d="M200 316l-62-60c30-36 94-36 124 0z" fill="{d}"/><circle cx="200" cy="312" r="13" fill="{a}"/>'
    ),
    "hat": (
        '<ellipse cx="200" cy="268" rx="154" ry="44" fill="{d}"/>'
        '<ellipse cx="200" cy="260" rx="154" ry="42" fill="{f}"/>'
        '<path d="M112 258c0-100 22-166 88-166s88 66 88 166c-30 18-146 18-176 0z" fill="{f}"/>'
        '<path d="M112 236c40 18 136 18 176 0v26c-40 18-136 18-176 0z" fill="{a}"/>'
        '<path d="M140 210c4-44 14-74 32-88" fill="none" stroke="#fff" stroke-width="11" stroke-linecap="round" '
        'opacity=".45"/>'
    ),
    "poncho": (
        '<path d="M160 74c0 36 80 36 80 0 30 6 60 24 84 60 22 60 30 130 34 190H42c4-60 12-130 34-190 24-36 54-54 '
        '84-60z" fill="{f}"/>'
        '<path d="M152 74c0 50 96 50 96 0" fill="none" stroke="{d}" stroke-width="15" stroke-linecap="round"/>'
        '<path d="M200 112v212" stroke="{d}" stroke-width="6"/><g fill="{a}"><circle cx="216" cy="150" r="9"/>'
        '<circle cx="216" cy="200" r="9"/><circle cx="216" cy="250" r="9"/></g>'
    ),
    "socks": (
        '<g id="s"><path d="M96 66h88v130c0 22-8 34-26 50l-66 62c-36 34-84-14-48-48l52-50z" fill="{f}"/>'
        '<path d="M96 66h88v36H96z" fill="{d}"/><path d="M40 258c-26 30 12 80 48 54z" fill="{a}"/></g>'
        '<use href="#s" x="150" y="16"/>'
    ),
    "ring": (
        '<ellipse cx="200" cy="226" rx="96" ry="98" fill="none" stroke="{d}" stroke-width="30"/>'
        '<ellipse cx="200" cy="222" rx="96" ry="98" fill="none" stroke="{a}" stroke-width="24"/>'
        '<path d="M146 84h108l34 40-88 84-88-84z" fill="{m}"/>'
        '<path d="M112 124h176M166 124l34 84 34-84-34-40z" fill="none" stroke="{p}" stroke-width="5"/>'
        '<path d="M146 84l-34 40h54z" fill="#fff" opacity=".5"/>'
    ),
    "bracelet": (
        '<circle cx="200" cy="200" r="102" fill="none" stroke="{d}" stroke-width="7"/>'
        '<circle cx="200" cy="200" r="102" fill="none" stroke="{m}" stroke-width="42" stroke-dasharray="0 53.4" '
        'stroke-linecap="round"/>'
        '<circle cx="200" cy="200" r="102" fill="none" stroke="{a}" stroke-width="28" stroke-dasharray="0 106.8" '
        'stroke-linecap="round"/>'
        '<path d="M200 302v20" stroke="{d}" stroke-width="6"/>'
        '<path d="M200 366c-30-20-36-30-36-40 0-18 24-22 36-6 12-16 36-12 36 6 0 10-6 20-36 40z" fill="{d}"/>'
    ),
    "bangle": (
        '<ellipse cx="200" cy="206" rx="128" ry="108" fill="{d}"/>'
        '<ellipse cx="200" cy="196" rx="128" ry="108" fill="{f}"/>'
        '<ellipse cx="200" cy="196" rx="82" ry="66" fill="{d}"/>'
        '<ellipse cx="200" cy="206" rx="80" ry="60" fill="#fffdf7" opacity=".9"/>'
        '<path d="M100 160l30 22M150 106l16 34M250 106l-16 34M300 160l-30 22M300 240l-30-20M100 240l30-20" '
        'stroke="{p}" stroke-width="6" opacity=".7"/>'
    ),
    "necklace": (
        '<path d="M88 62c0 150 60 196 112 196s112-46 112-196" fill="none" stroke="{d}" stroke-width="6"/>'
        '<path d="M88 62c0 150 60 196 112 196s112-46 112-196" fill="none" stroke="{m}" stroke-width="24" '
        'stroke-dasharray="0 31" stroke-linecap="round"/>'
        '<path d="M200 338c-46-30-58-48-58-64 0-28 40-36 58-8 18-28 58-20 58 8 0 16-12 34-58 64z" fill="{a}"/>'
    ),
    "key": (
        '<circle cx="200" cy="88" r="38" fill="none" stroke="#98a2aa" stroke-width="11"/>'
        '<path d="M146 128h108a24 24 0 0 1 24 24v150a28 28 0 0 1-28 28H150a28 28 0 0 1-28-28V152a24 24 0 0 1 '
        '24-24z" fill="{f}"/>'
        '<circle cx="200" cy="150" r="13" fill="{p}"/>'
        '<circle cx="200" cy="222" r="30" fill="none" stroke="{a}" stroke-width="13"/>'
        '<path d="M200 250v56M200 280h24M200 302h18" stroke="{a}" stroke-width="12" stroke-linecap="round"/>'
    ),
    "button": (
        '<circle cx="200" cy="204" r="128" fill="{d}"/><circle cx="200" cy="196" r="128" fill="{f}"/>'
        '<circle cx="200" cy="196" r="96" fill="none" stroke="{d}" stroke-width="8" opacity=".5"/><g fill="{d}">'
        '<circle cx="172" cy="168" r="17"/><circle cx="228" cy="168" r="17"/><circle cx="172" cy="224" r="17"/>'
        '<circle cx="228" cy="224" r="17"/></g>'
        '<path d="M172 168l56 56M228 168l-56 56" stroke="{a}" stroke-width="9" stroke-linecap="round"/>'
    ),
    "sewing": (
        '<path d="M104 92h128v30H104zM104 300h128v30H104z" fill="{d}"/>'
        '<path d="M116 122h104v178H116z" fill="{f}"/>'
        '<path d="M116 150h104M116 180h104M116 210h104M116 240h104M116 270h104" stroke="{d}" stroke-width="5" '
        'opacity=".35"/>'
        '<path d="M220 160c90-20 60 90 88 110" fill="none" stroke="{m}" stroke-width="6"/>'
        '<path d="M300 84l14 0-4 226-6 20-4-20z" fill="#aeb8bf"/>'
        '<ellipse cx="307" cy="104" rx="3" ry="10" fill="#fff"/><circle cx="268" cy="108" r="20" fill="{a}"/>'
        '<circle cx="262" cy="106" r="4" fill="{p}"/><circle cx="274" cy="106" r="4" fill="{p}"/>'
    ),
    "scissors": (
        '<path d="M226 210L142 60c-26 16-22 40-14 56l64 112z" fill="#c9d1d6"/>'
        '<path d="M174 210l84-150c26 16 22 40 14 56l-64 112z" fill="#aeb8bf"/><g fill="none" stroke-width="22">'
        '<ellipse cx="142" cy="278" rx="38" ry="44" stroke="{m}" transform="rotate(20 142 278)"/>'
        '<ellipse cx="258" cy="278" rx="38" ry="44" stroke="{m}" transform="rotate(-20 258 278)"/></g>'
        '<circle cx="200" cy="200" r="11" fill="{d}"/>'
    ),
    "measure": (
        '<path d="M240 290h120v36H240z" fill="{p}"/>'
        '<path d="M262 290v18M284 290v12M306 290v18M328 290v12M350 290v18" stroke="{d}" stroke-width="5"/>'
        '<circle cx="180" cy="206" r="122" fill="{d}"/><circle cx="180" cy="202" r="120" fill="{f}"/>'
        '<circle cx="180" cy="202" r="52" fill="{a}"/><circle cx="180" cy="202" r="34" fill="{p}"/>'
        '<path d="M92 186c6-32 22-56 46-68" fill="none" stroke="#fff" stroke-width="12" stroke-linecap="round" '
        'opacity=".5"/>'
    ),
    "hairband": (
        '<path d="M78 316c-50-310 294-310 244 0" fill="none" stroke="{f}" stroke-width="30" '
        'stroke-linecap="round"/>'
        '<g fill="{a}"><circle cx="268" cy="92" r="24"/><circle cx="304" cy="118" r="24"/>'
        '<circle cx="292" cy="160" r="24"/><circle cx="248" cy="160" r="24"/><circle cx="234" cy="118" r="24"/>'
        '</g><circle cx="270" cy="128" r="24" fill="{p}"/>'
    ),
}
