//! The town's words: kinds of service and contact, what is measured, done and prescribed, and the codes records use for them.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "each is named by its word")]
        pub enum $name { $($variant,)* }

        impl $name {
            /// Every one, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word that place folders and records use.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The one of that word.
            pub fn of(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.word() == word)
            }
        }
    };
}

words! {
    /// A kind of service that the town knows how to use; others of a place folder are written down but get no contacts.
    Kind {
        GeneralPractice = "general-practice",
        DiabetesSpecialistNursing = "diabetes-specialist-nursing",
        DiabetesClinic = "diabetes-clinic",
        DiabetesEducation = "diabetes-education",
        Dietetics = "dietetics",
        RetinalScreening = "retinal-screening",
        Optometry = "optometry",
        Ophthalmology = "ophthalmology",
        Podiatry = "podiatry",
        SexualHealth = "sexual-health",
        CommunityPharmacy = "community-pharmacy",
        DistrictNursing = "district-nursing",
        Emergency = "emergency",
        GeneralMedicine = "general-medicine",
        Cardiology = "cardiology",
        RespiratoryMedicine = "respiratory-medicine",
        RenalMedicine = "renal-medicine",
        MentalHealth = "mental-health",
        TalkingTherapy = "talking-therapy",
        SocialCare = "social-care",
        Safeguarding = "safeguarding",
        PeerSupport = "peer-support",
    }
}

words! {
    /// A kind of contact, as records say it.
    ContactKind {
        GpAppointment = "gp-appointment",
        NurseAppointment = "nurse-appointment",
        Telephone = "telephone",
        HomeVisit = "home-visit",
        OutpatientFirst = "outpatient-first",
        OutpatientFollowUp = "outpatient-follow-up",
        InpatientStay = "inpatient-stay",
        EmergencyAttendance = "emergency-attendance",
        CommunityAppointment = "community-appointment",
        PharmacyConsultation = "pharmacy-consultation",
        Screening = "screening",
        SightTest = "sight-test",
    }
}

impl Kind {
    /// The NHS treatment function code and its name, for kinds whose records carry one.
    pub const fn treatment_function(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Self::Ophthalmology => ("130", "Ophthalmology"),
            Self::DiabetesClinic => ("307", "Diabetes"),
            Self::Podiatry => ("653", "Podiatry"),
            Self::SexualHealth => ("360", "Genitourinary Medicine"),
            Self::DiabetesEducation => ("920", "Diabetic Education"),
            Self::Dietetics => ("654", "Dietetics"),
            Self::Cardiology => ("320", "Cardiology"),
            Self::RespiratoryMedicine => ("340", "Respiratory Medicine"),
            Self::RenalMedicine => ("361", "Renal Medicine"),
            Self::GeneralMedicine => ("300", "General Internal Medicine"),
            Self::Emergency => ("180", "Emergency Medicine"),
            Self::MentalHealth => ("710", "Adult Mental Illness"),
            _ => return None,
        })
    }

    /// Whether a hospital offers it, whose records carry ICD-10.
    pub const fn is_hospital(self) -> bool {
        matches!(
            self,
            Self::Emergency
                | Self::GeneralMedicine
                | Self::Ophthalmology
                | Self::DiabetesClinic
                | Self::Cardiology
                | Self::RespiratoryMedicine
                | Self::RenalMedicine
        )
    }

    /// Whether it asks for money by a claim rather than being costed by the trust.
    pub const fn claims(self) -> bool {
        matches!(self, Self::Optometry | Self::CommunityPharmacy)
    }

    /// Cost of a contact in pence where the place folder names none: round numbers of the right size (an assumption).
    pub const fn usual_cost_pence(self) -> u32 {
        match self {
            Self::GeneralPractice | Self::PeerSupport => 0,
            Self::GeneralMedicine => 230_000,
            Self::Emergency => 20_000,
            Self::Ophthalmology | Self::Cardiology | Self::RespiratoryMedicine | Self::RenalMedicine => 14_000,
            Self::DiabetesClinic | Self::MentalHealth => 16_000,
            Self::CommunityPharmacy => 1_500,
            Self::Optometry => 2_400,
            Self::RetinalScreening => 3_500,
            _ => 6_000,
        }
    }

    /// How many professionals of each profession there are for 100,000 citizens (an assumption).
    pub const fn professionals_per_100_000(self) -> u32 {
        match self {
            Self::GeneralPractice => 45,
            Self::CommunityPharmacy | Self::Emergency | Self::GeneralMedicine => 25,
            Self::Optometry | Self::DistrictNursing | Self::MentalHealth | Self::SocialCare => 20,
            Self::TalkingTherapy => 15,
            Self::Ophthalmology | Self::Podiatry | Self::Cardiology => 8,
            _ => 5,
        }
    }
}

words! {
    /// Something measured or asked.
    Measure {
        Hba1c = "HbA1c",
        Hba1cPercent = "HbA1c in per cent",
        BloodPressure = "blood pressure",
        Cholesterol = "total cholesterol",
        Creatinine = "creatinine",
        UrineAlbumin = "urine albumin/creatinine ratio",
        BodyMassIndex = "body mass index",
        Weight = "body weight",
        Smoking = "smoking status",
        Egfr = "estimated glomerular filtration rate",
        Marital = "marital status",
    }
}

impl Measure {
    /// LOINC code, its words, and the UCUM unit of the value.
    pub const fn loinc(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Hba1c => ("59261-8", "Hemoglobin A1c/Hemoglobin.total in Blood by IFCC protocol", "mmol/mol"),
            Self::Hba1cPercent => ("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "%"),
            Self::BloodPressure => ("85354-9", "Blood pressure panel with all children optional", "mm[Hg]"),
            Self::Cholesterol => ("14647-2", "Cholesterol [Moles/volume] in Serum or Plasma", "mmol/L"),
            Self::Creatinine => ("14682-9", "Creatinine [Moles/volume] in Serum or Plasma", "umol/L"),
            Self::UrineAlbumin => ("14959-1", "Microalbumin/Creatinine [Mass Ratio] in Urine", "mg/mmol"),
            Self::BodyMassIndex => ("39156-5", "Body mass index (BMI) [Ratio]", "kg/m2"),
            Self::Weight => ("29463-7", "Body weight", "kg"),
            Self::Smoking => ("72166-2", "Tobacco smoking status", ""),
            Self::Egfr => ("33914-3", "Glomerular filtration rate [Volume Rate/Area] by MDRD", "mL/min/{1.73_m2}"),
            Self::Marital => ("45404-1", "Marital status", ""),
        }
    }
}

words! {
    /// Something done.
    Act {
        FootExamination = "Diabetic foot examination",
        RetinalScreening = "Diabetic retinopathy screening",
        EyeExamination = "Eye examination",
        Education = "Diabetic education",
        MedicationReview = "Medication review",
        FluVaccination = "Influenza vaccination",
    }
}

impl Act {
    /// SNOMED CT code.
    pub const fn snomed(self) -> &'static str {
        match self {
            Self::FootExamination => "401191002",
            Self::RetinalScreening => "134395001",
            Self::EyeExamination => "36228007",
            Self::Education => "6143009",
            Self::MedicationReview => "182836005",
            Self::FluVaccination => "86198006",
        }
    }
}

words! {
    /// A medicine.
    Medicine {
        Metformin = "Metformin",
        InsulinGlargine = "Insulin glargine",
        InsulinAspart = "Insulin aspart",
        Atorvastatin = "Atorvastatin",
        Ramipril = "Ramipril",
        Amlodipine = "Amlodipine",
        Salbutamol = "Salbutamol",
        Sertraline = "Sertraline",
    }
}

impl Medicine {
    /// SNOMED CT code.
    pub const fn snomed(self) -> &'static str {
        match self {
            Self::Metformin => "372567009",
            Self::InsulinGlargine => "411529005",
            Self::InsulinAspart => "325072002",
            Self::Atorvastatin => "373444002",
            Self::Ramipril => "386872004",
            Self::Amlodipine => "386864001",
            Self::Salbutamol => "372897005",
            Self::Sertraline => "372594008",
        }
    }
}

words! {
    /// A type of FHIR resource that the town's sources hold.
    Resource {
        Organization = "Organization",
        Location = "Location",
        HealthcareService = "HealthcareService",
        Practitioner = "Practitioner",
        PractitionerRole = "PractitionerRole",
        Patient = "Patient",
        EpisodeOfCare = "EpisodeOfCare",
        Encounter = "Encounter",
        Condition = "Condition",
        Observation = "Observation",
        Procedure = "Procedure",
        MedicationRequest = "MedicationRequest",
        CareTeam = "CareTeam",
        ExplanationOfBenefit = "ExplanationOfBenefit",
        Claim = "Claim",
    }
}
